"""Pictures into a film: a GIF by Pillow, or an MP4 by ffmpeg where there is one."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from issim.errors import InputError
from issim.plots import palette

if TYPE_CHECKING:
    from PIL.Image import Image

Pixels = NDArray[np.uint8]

#: Seconds that a month, the first picture and the last one are shown.
EACH, FIRST, LAST = 0.15, 1.0, 4.0
#: Shades of a GIF beside the colours of the project.
SHADES = 64
KINDS = ("gif", "mp4")


def write(path: Path, pictures: Iterable[Pixels], samples: Sequence[Pixels], words: str) -> None:
    """Write a film of the kind that the name of the file ends with.

    For whom  `samples` are pictures that have all colours of the film; `words` say where it comes from
    Keeps     a GIF of the same pictures has the same bytes; an MP4 needs ffmpeg, and says so where it lacks
    """
    kinds: dict[str, Callable[[Path, Iterable[Pixels], Sequence[Pixels], str], None]] = {
        "gif": gif,
        "mp4": mp4,
    }
    kinds[path.suffix.removeprefix(".")](path, pictures, samples, words)


def gif(path: Path, pictures: Iterable[Pixels], samples: Sequence[Pixels], words: str) -> None:
    """A GIF with one palette for all pictures, in which only what changes is stored."""
    table = _table(samples)
    quantized = (_in(table, picture) for picture in pictures)
    first = next(quantized)
    rest = list(quantized)
    durations = [FIRST, *[EACH] * max(0, len(rest) - 1), *[LAST] * bool(rest)]
    first.save(
        path, format="GIF", save_all=True, append_images=rest, duration=[round(1000 * each) for each in durations],
        loop=0, optimize=False, disposal=1, comment=words.encode("utf-8"),
    )  # fmt: skip


def _table(samples: Sequence[Pixels]) -> Image:
    """The colours of a GIF: those of the project as they are, and the most common shades between them."""
    from PIL import Image

    sheet = Image.fromarray(np.concatenate(list(samples), axis=0))
    shades = (
        sheet.quantize(SHADES, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).getpalette() or []
    )
    own = [round(255 * part) for colour in sorted(palette.every()) for part in palette.rgb(colour)]
    table = Image.new("P", (1, 1))
    table.putpalette([*own, *shades[: 3 * SHADES]])
    return table


def _in(table: Image, picture: Pixels) -> Image:
    """A picture in the colours of a table."""
    from PIL import Image

    return Image.fromarray(picture).quantize(palette=table, dither=Image.Dither.NONE)


def ffmpeg() -> str:
    """The ffmpeg of this machine: on the path, or the one that imageio-ffmpeg brings."""
    found = shutil.which("ffmpeg")
    if found:
        return found
    try:
        from imageio_ffmpeg import get_ffmpeg_exe

        return str(get_ffmpeg_exe())
    except (ImportError, RuntimeError):
        raise InputError(
            "An MP4 needs ffmpeg, which is not on the path; write a GIF, or install it by "
            "pip install 'issim[animate]'."
        ) from None


def mp4(path: Path, pictures: Iterable[Pixels], samples: Sequence[Pixels], words: str) -> None:
    """An MP4 (H.264), the first picture and the last one held for a while."""
    rate = round(1.0 / EACH)
    stream = _held(iter(pictures), rate)
    first = next(stream)
    height, width = first.shape[:2]
    command = [
        ffmpeg(), "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}",
        "-r", str(rate), "-i", "-", "-an", "-c:v", "libx264", "-crf", "20", "-pix_fmt", "yuv420p",
        "-movflags", "+faststart", "-metadata", f"comment={words}", "-f", "mp4", str(path),
    ]  # fmt: skip
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdin is not None
        assert running.stderr is not None
        try:
            for picture in chain([first], stream):
                running.stdin.write(np.ascontiguousarray(picture).tobytes())
            running.stdin.close()
        except BrokenPipeError:
            pass  # what ffmpeg says is told below
        said = running.stderr.read().decode(errors="replace").strip()
    if running.returncode:
        reason = said.splitlines()[-1] if said else "no reason given"
        raise InputError(f"ffmpeg could not write '{path}' ({reason}); write a GIF.")


def _held(pictures: Iterator[Pixels], rate: int) -> Iterator[Pixels]:
    """The pictures, the first and the last as often as their seconds ask for."""
    last = next(pictures)
    for _ in range(round(FIRST * rate) - 1):
        yield last
    for picture in pictures:
        yield last
        last = picture
    for _ in range(round(LAST * rate)):
        yield last
