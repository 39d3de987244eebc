"""What a benchmark's report says of the machine, and how its figures are laid out."""

import os
import platform
import sqlite3
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One measured value: its name, the value of each run, its unit, and what is aimed at."""

    name: str
    runs: Sequence[float]
    unit: str
    aim: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.runs)

    def row(self) -> tuple[str, str, str, str]:
        """Name, median, spread over the runs, aim."""
        low, high = min(self.runs), max(self.runs)
        return self.name, f"{shown(self.median)} {self.unit}", f"{shown(low)} to {shown(high)}", self.aim


def shown(value: float) -> str:
    """Three digits that matter."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share of the values lies, by nearest rank."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * round(share * 100) // 100) - 1)]


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def machine(packages: Sequence[str]) -> Mapping[str, str]:
    """What the figures were measured on."""
    memory = next(line for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines() if line.startswith("MemTotal"))
    return {
        "cores": str(os.cpu_count()),
        "processor": _processor(),
        "memory": f"{int(memory.split()[1]) / 1024 / 1024:.0f} GiB",
        "load when it began (1 min)": f"{os.getloadavg()[0]:.1f}",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        **{name: version(name) for name in packages},
    }


def write(name: str, text: str) -> Path:
    """Puts a report into docs/benchmarks."""
    path = ROOT / "docs" / "benchmarks" / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.rstrip() + "\n", encoding="utf-8")
    return path


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
