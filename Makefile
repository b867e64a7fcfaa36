demo test:
	python3 do.py $@

.PHONY: demo test
