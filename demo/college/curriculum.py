"""What is taught: five subjects a semester, the first year common to all branches."""

from dataclasses import dataclass

import polars as pl

from demo.college.frames import frame
from demo.college.terms import SEMESTERS

BRANCHES = ("CSE", "ECE", "ME", "CE", "EEE", "IT")
SUBJECTS_A_SEMESTER = 5

_COMMON = "COM"
_COMMON_SEMESTERS = (1, 2)

# "name credits difficulty" with the difficulty's first letter; a subject whose name ends in Lab is one. A blank line
# begins the next semester.
_TAUGHT = {
    _COMMON: """
Engineering Mathematics I 4h; Engineering Physics 4m; Programming in C 4m;
English Communication 2e; C Programming Lab 2e

Engineering Mathematics II 4h; Engineering Chemistry 4m; Basic Electrical Engineering 3m;
Engineering Graphics 3e; Workshop Practice Lab 1e
""",
    "CSE": """
Data Structures 4h; Discrete Mathematics 4h; Digital Logic Design 3m;
Object Oriented Programming 3m; Data Structures Lab 2m

Design and Analysis of Algorithms 4h; Computer Organization 4m; Probability and Statistics 4h;
Operating Systems 4m; Operating Systems Lab 2e

Database Management Systems 4m; Computer Networks 4m; Theory of Computation 4h;
Software Engineering 3e; Database Lab 2e

Compiler Design 4h; Machine Learning 4h; Web Technologies 3e;
Information Security 3m; Machine Learning Lab 2m

Distributed Systems 4h; Cloud Computing 3m; Natural Language Processing 3m;
Data Mining 3m; Cloud Computing Lab 2e

Deep Learning 4h; Internet of Things 3m; Professional Ethics 2e;
Entrepreneurship 2e; Capstone Project Lab 2m
""",
    "ECE": """
Network Theory 4h; Electronic Devices and Circuits 4m; Signals and Systems 4h;
Digital Electronics 3m; Electronic Devices Lab 2e

Analog Circuits 4h; Electromagnetic Fields 4h; Random Processes 3h;
Microprocessors 4m; Analog Circuits Lab 2m

Digital Signal Processing 4h; Analog Communication 4m; Control Systems 4m;
Linear Integrated Circuits 3m; Signal Processing Lab 2m

VLSI Design 4h; Digital Communication 4m; Antennas and Propagation 4h;
Embedded Systems 3m; VLSI Lab 2m

Microwave Engineering 4h; Wireless Communication 3m; Optical Communication 3m;
Computer Networks 3e; Microwave Lab 2e

Satellite Communication 3m; Radar Systems 3m; Professional Ethics 2e;
Project Management 2e; Capstone Project Lab 2m
""",
    "ME": """
Engineering Thermodynamics 4h; Strength of Materials 4h; Material Science 3m;
Manufacturing Processes 3e; Material Testing Lab 2e

Fluid Mechanics 4h; Kinematics of Machines 4m; Numerical Methods 3h;
Machine Drawing 3e; Fluid Mechanics Lab 2m

Heat Transfer 4h; Dynamics of Machines 4h; Design of Machine Elements 4m;
Metrology 3e; Heat Transfer Lab 2m

Internal Combustion Engines 4m; Finite Element Methods 4h; Industrial Engineering 3e;
Refrigeration and Air Conditioning 3m; Thermal Engineering Lab 2m

Mechatronics 4m; Computer Aided Manufacturing 3m; Automobile Engineering 3m;
Operations Research 3h; Mechatronics Lab 2e

Power Plant Engineering 3m; Robotics 3m; Professional Ethics 2e;
Total Quality Management 2e; Capstone Project Lab 2m
""",
    "CE": """
Mechanics of Solids 4h; Surveying 3m; Building Materials 3e;
Engineering Geology 3m; Surveying Lab 2e

Structural Analysis I 4h; Fluid Mechanics 4h; Concrete Technology 3m;
Building Planning 3e; Concrete Lab 2e

Structural Analysis II 4h; Geotechnical Engineering 4h; Water Resources Engineering 3m;
Transportation Engineering 3m; Geotechnical Lab 2m

Design of Concrete Structures 4h; Environmental Engineering 3m; Foundation Engineering 4h;
Estimation and Costing 3e; Environmental Lab 2e

Design of Steel Structures 4h; Construction Management 3e; Hydrology 3m;
Remote Sensing and GIS 3m; Structural Design Lab 2m

Earthquake Engineering 3h; Bridge Engineering 3m; Professional Ethics 2e;
Urban Planning 2e; Capstone Project Lab 2m
""",
    "EEE": """
Circuit Theory 4h; Electrical Machines I 4m; Electromagnetic Theory 4h;
Analog Electronics 3m; Electrical Circuits Lab 2e

Electrical Machines II 4h; Control Systems 4h; Electrical Measurements 3m;
Digital Electronics 3m; Electrical Machines Lab 2m

Power Systems I 4m; Power Electronics 4h; Signals and Systems 4h;
Microcontrollers 3m; Power Electronics Lab 2m

Power Systems II 4h; Electric Drives 4m; Renewable Energy Systems 3e;
Digital Signal Processing 3h; Power Systems Lab 2m

Switchgear and Protection 4m; High Voltage Engineering 3h; Smart Grids 3m;
Energy Auditing 3e; Simulation Lab 2e

Electric Vehicles 3m; Power Quality 3m; Professional Ethics 2e;
Industrial Management 2e; Capstone Project Lab 2m
""",
    "IT": """
Data Structures 4h; Discrete Structures 4h; Computer Architecture 3m;
Python Programming 3e; Data Structures Lab 2m

Algorithms 4h; Operating Systems 4m; Applied Statistics 3h;
Java Programming 3m; Java Lab 2e

Database Systems 4m; Data Communication 4m; Software Engineering 3e;
Automata Theory 4h; Database Lab 2e

Web Engineering 3e; Artificial Intelligence 4h; Cryptography 4h;
Mobile Application Development 3m; Web Engineering Lab 2e

Big Data Analytics 4h; Cloud Services 3m; Software Testing 3e;
Human Computer Interaction 3e; Big Data Lab 2m

Blockchain Technology 3m; DevOps 3m; Professional Ethics 2e;
IT Project Management 2e; Capstone Project Lab 2m
""",
}

_DIFFICULTIES = {"e": "easy", "m": "medium", "h": "hard"}


@dataclass(frozen=True)
class Subject:
    """One subject of the curriculum."""

    subject_id: str
    name: str
    semester: int
    credits: int
    difficulty: str
    is_lab: bool


def _read(code: str, semester: int, number: int, text: str) -> Subject:
    name, _, mark = text.strip().rpartition(" ")
    return Subject(
        f"{code}{semester}{number:02}", name, semester, int(mark[0]), _DIFFICULTIES[mark[1]], name.endswith(" Lab")
    )


def _read_all() -> dict[tuple[str, int], tuple[Subject, ...]]:
    taught = {}
    for code, text in _TAUGHT.items():
        first = 1 if code == _COMMON else len(_COMMON_SEMESTERS) + 1
        for semester, block in enumerate(text.split("\n\n"), start=first):
            subjects = enumerate(block.split(";"), start=1)
            taught[code, semester] = tuple(_read(code, semester, number, line) for number, line in subjects)
    return taught


_SUBJECTS = _read_all()


def subjects_of(branch: str, semester: int) -> tuple[Subject, ...]:
    """The five subjects of a branch in a semester (1-8)."""
    return _SUBJECTS[_COMMON if semester in _COMMON_SEMESTERS else branch, semester]


def subjects_table(branches: list[str]) -> pl.DataFrame:
    """The whole curriculum of these branches."""
    found = {
        subject.subject_id: subject
        for branch in branches
        for semester in range(1, SEMESTERS + 1)
        for subject in subjects_of(branch, semester)
    }
    rows = list(found.values())
    return frame(
        "subjects",
        {
            "subject_id": [row.subject_id for row in rows],
            "subject_name": [row.name for row in rows],
            "semester": [row.semester for row in rows],
            "credits": [row.credits for row in rows],
            "difficulty": [row.difficulty for row in rows],
            "subject_type": ["lab" if row.is_lab else "theory" for row in rows],
        },
    )
