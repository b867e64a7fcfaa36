"""Data of the user's own: registers of firms, answers to the survey, prices; all checked before any is used."""

from issim.own.faults import Fault
from issim.own.firms import read_firms
from issim.own.register import Register

__all__ = ["Fault", "Register", "read_firms"]
