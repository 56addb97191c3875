"""One random class: its students' ways, and the rows they leave in the canonical tables."""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from edumetrics.engine.calendar import Term
from edumetrics.engine.policy import Policy

Row = dict[str, object]
Tables = dict[str, list[Row]]

WAYS = ("good", "weak", "collapses", "recovers", "absent", "perfect", "vanishes", "cheats", "uneven", "silent")
OFTEN = (6, 3, 4, 3, 1, 2, 1, 2, 3, 1)


@dataclass(frozen=True)
class StudentPlan:
    """What a student is like: ``way`` names it, ``turn`` is the week in which it changes."""

    student_id: str
    way: str
    turn: int
    joins: int
    leaves: int | None

    def ability(self, week: int) -> float:
        """0-1: how likely good things are in a week."""
        after = week >= self.turn
        levels = {
            "good": 0.93,
            "weak": 0.45,
            "collapses": 0.08 if after else 0.95,
            "recovers": 0.95 if after else 0.15,
            "absent": 0.03,
            "perfect": 1.0,
            "vanishes": 0.0 if after else 0.9,
            "cheats": 0.8,
            "uneven": 0.9 if week % 3 else 0.2,
        }
        return levels.get(self.way, 0.5)

    def writes(self, week: int) -> bool:
        """Whether the student leaves rows in a week at all."""
        if self.way == "silent" or (self.way == "vanishes" and week >= self.turn and week % 2):
            return False
        return self.joins <= week and (self.leaves is None or week <= self.leaves)


@dataclass(frozen=True)
class ClassPlan:
    """A class, its semester of the term (None: it has none) and what its sources are like."""

    class_id: str
    odd_sem: int | None
    even_sem: int | None
    semester: int | None
    students: tuple[StudentPlan, ...]
    subjects: int
    hard_weeks: tuple[int, ...]
    attendance_from: int
    library_from: int
    borrowing_from: int
    work_from: int
    dates: str


def random_plan(rng: random.Random, policy: Policy, class_id: str, size: int, term: Term) -> ClassPlan:
    """A plan for a class of ``size`` students; ``dates`` is all, some or none (the first day stays unknown)."""
    weeks = policy.calendar.weeks
    odd: int | None = rng.choice([1, 3, 5, 7])
    even: int | None = odd + 1
    if rng.random() < 0.12:
        odd, even = rng.choice([(None, even), (odd, None)])
    return ClassPlan(
        class_id=class_id,
        odd_sem=odd,
        even_sem=even,
        semester=odd if term == "odd" else even,
        students=tuple(_random_student(rng, f"{class_id}S{number:02d}", weeks) for number in range(size)),
        subjects=rng.randint(1, 4),
        hard_weeks=tuple(rng.sample(range(1, weeks + 1), rng.choice([0, 1, 2, 3]))),
        attendance_from=rng.choice([1, 1, 1, 1, 1, 1, 1, 2, 3, 6, weeks + 1]),
        library_from=rng.choice([1, 1, 1, 2, 5, weeks + 1]),
        borrowing_from=rng.choice([1, 1, 2, 4, weeks + 1]),
        work_from=rng.choice([1, 1, 1, 1, 1, 1, 2, 4, weeks + 1]),
        dates=rng.choice(["all", "all", "all", "some", "ragged", "none"]),
    )


def _random_student(rng: random.Random, student_id: str, weeks: int) -> StudentPlan:
    joins = rng.choice([1, 1, 1, 1, 1, 1, 2, rng.randint(2, weeks)])
    leaves = rng.randint(joins, weeks) if rng.random() < 0.1 else None
    return StudentPlan(student_id, rng.choices(WAYS, OFTEN)[0], rng.randint(3, max(3, weeks - 2)), joins, leaves)


def write_class(rng: random.Random, policy: Policy, plan: ClassPlan, begins: date, tables: Tables) -> None:
    """Add the class and all rows of its semester, and a little of the semesters beside it."""
    _write_roll(rng, plan, begins, tables)
    if plan.semester is not None:
        writer = _Writer(rng, policy, plan, begins, tables, plan.semester)
        writer.write_semester()
    _write_history(rng, policy, plan, begins, tables)


def _write_roll(rng: random.Random, plan: ClassPlan, begins: date, tables: Tables) -> None:
    tables["classes"].append(
        {
            "class_id": plan.class_id,
            "name": f"Class {plan.class_id}",
            "year_of_study": 1 + ((plan.odd_sem or plan.even_sem or 1) - 1) // 2,
            "section": "A",
            "branch": "CSE",
            "batch_start_year": 2024,
            "total_students": len(plan.students),
            "odd_sem": plan.odd_sem,
            "even_sem": plan.even_sem,
        }
    )
    for number, student in enumerate(plan.students, start=1):
        joined, left = _joined_and_left(rng, student, begins)
        tables["students"].append(
            {
                "student_id": student.student_id,
                "class_id": plan.class_id,
                "advisor_id": None,
                "name": f"Student {student.student_id}",
                "roll_number": number,
                "gender": rng.choice(["F", "M", None]),
                "email": None,
                "parent_email": None,
                "phone": None,
                "archetype": None,
                "joined_on": joined,
                "left_on": left,
                "left_reason": "moved" if left else None,
            }
        )


def _joined_and_left(rng: random.Random, student: StudentPlan, begins: date) -> tuple[date | None, date | None]:
    """Any day of the week of joining (or long before), the first day after the last week, or null."""
    joined = begins + timedelta(days=7 * (student.joins - 1) + rng.randint(0, 6))
    if student.joins == 1 and rng.random() < 0.5:
        joined = begins - timedelta(days=rng.randint(0, 400))
    left = begins + timedelta(days=7 * student.leaves + rng.randint(0, 6)) if student.leaves is not None else None
    return joined if rng.random() < 0.6 else None, left


def _write_history(rng: random.Random, policy: Policy, plan: ClassPlan, begins: date, tables: Tables) -> None:
    """Rows of the semesters before and after, which must not count, and the endterm results before."""
    semester = plan.semester or plan.odd_sem or plan.even_sem or 1
    for other, days in ((semester - 1, -182), (semester + 1, 182)):
        if 1 <= other <= 8 and rng.random() < (0.7 if days < 0 else 0.2):
            writer = _Writer(rng, policy, plan, begins + timedelta(days=days), tables, other, thin=True)
            writer.write_semester()
            if days < 0:
                writer.write_exams("endterm", late_from=begins)


class _Writer:
    """Writes the rows of one class and semester; ``thin`` writes a few of each only."""

    def __init__(
        self,
        rng: random.Random,
        policy: Policy,
        plan: ClassPlan,
        begins: date,
        tables: Tables,
        semester: int,
        *,
        thin: bool = False,
    ) -> None:
        self.rng, self.policy, self.plan, self.begins, self.tables = rng, policy, plan, begins, tables
        self.semester, self.thin = semester, thin
        self.weeks = range(1, policy.calendar.weeks + 1)
        self.subjects = [f"{plan.class_id}-{semester}-{number}" for number in range(plan.subjects)]

    def write_semester(self) -> None:
        """All tables of the semester."""
        for subject_id in self.subjects:
            self.write_subject(subject_id)
        for week in self.weeks:
            if not self.thin or self.rng.random() < 0.3:
                self.write_attendance(week)
                self.write_library(week)
                self.write_borrows(week)
                self.write_work(week)
        if not self.thin:
            self.date_earliest_rows()
            self.write_exams("midterm")
            self.write_exams("endterm")

    def write_subject(self, subject_id: str) -> None:
        self.tables["subjects"].append(
            {
                "subject_id": subject_id,
                "subject_name": f"Subject {subject_id}",
                "semester": self.semester,
                "credits": 4,
                "difficulty": "medium",
                "subject_type": "theory",
            }
        )
        self.tables["class_subjects"].append(
            {"class_id": self.plan.class_id, "subject_id": subject_id, "teacher_name": None}
        )

    def next_id(self, table: str) -> int:
        return len(self.tables[table]) + 1

    def key(self, student: StudentPlan) -> Row:
        return {"student_id": student.student_id, "class_id": self.plan.class_id}

    def day(self, week: int, first: int = 0, last: int = 6) -> date:
        return self.begins + timedelta(days=7 * (week - 1) + self.rng.randint(first, last))

    def week_date(self, week: int) -> date | None:
        """The date of an attendance or library row: the week's first day, a later one, or none."""
        undated = {"none": 1.0, "some": 0.3}.get(self.plan.dates, 0.0)
        if self.rng.random() < undated:
            return None
        return self.day(week, 0, 5 if self.plan.dates == "ragged" else 0)

    def date_earliest_rows(self) -> None:
        """Make the first day that the rows imply the true one: the earliest row of each source is of a week's first day."""
        if self.plan.dates == "none":
            return
        for table in ("attendance", "library_visits"):
            rows = [row for row in self.tables[table] if self._is_own(row)]
            if rows:
                earliest = min(rows, key=lambda row: row["week"])
                earliest["week_date"] = self.day(earliest["week"], 0, 0)

    def _is_own(self, row: Row) -> bool:
        return row["class_id"] == self.plan.class_id and row["semester"] == self.semester

    def ability(self, student: StudentPlan, week: int) -> float:
        return student.ability(week) * (0.4 if week in self.plan.hard_weeks else 1)

    def writers(self, week: int) -> list[StudentPlan]:
        return [student for student in self.plan.students if student.writes(week)]

    def write_attendance(self, week: int) -> None:
        """Nothing for a whole class in some weeks, nothing held in others; a row is missing now and then."""
        if week < self.plan.attendance_from or self.rng.random() < 0.06:
            return
        if week not in self.policy.calendar.teaching_weeks and self.rng.random() < 0.6:
            return
        for subject_id in self.subjects:
            held = 0 if self.rng.random() < 0.05 else self.rng.randint(1, 5)
            for student in self.writers(week):
                if self.rng.random() > 0.04:
                    self.write_lectures(student, subject_id, week, held)
        if self.rng.random() < 0.05:
            self.write_unheld_week(week)

    def write_lectures(self, student: StudentPlan, subject_id: str, week: int, held: int) -> None:
        present = sum(self.rng.random() < self.ability(student, week) for _ in range(held))
        by_absent = self.rng.random() < 0.15
        self.tables["attendance"].append(
            {
                "id": self.next_id("attendance"),
                **self.key(student),
                "subject_id": subject_id,
                "semester": self.semester,
                "week": week,
                "week_date": self.week_date(week),
                "lectures_held": held,
                "present": None if by_absent else present,
                "absent": held - present if by_absent or self.rng.random() < 0.8 else None,
                "late": self.rng.choice([None, 0]),
                "attendance_pct": None,
            }
        )

    def write_unheld_week(self, week: int) -> None:
        """Say of every row of the week that no lecture was held."""
        for row in self.tables["attendance"]:
            if self._is_own(row) and row["week"] == week:
                row.update(lectures_held=0, present=0, absent=0)

    def write_library(self, week: int) -> None:
        """Visits of the students who came; in some weeks the library sent nothing for the class."""
        if week < self.plan.library_from or self.rng.random() < 0.12:
            return
        for student in self.writers(week):
            if self.rng.random() < 0.75:
                visits = self.rng.randint(0, max(1, round(7 * self.ability(student, week))))
                for count in (visits, visits + 1) if self.rng.random() < 0.03 else (visits,):
                    self.write_visits(student, week, count)

    def write_visits(self, student: StudentPlan, week: int, count: int) -> None:
        self.tables["library_visits"].append(
            {
                "id": self.next_id("library_visits"),
                **self.key(student),
                "semester": self.semester,
                "week": week,
                "week_date": self.week_date(week),
                "physical_visits": count,
            }
        )

    def write_borrows(self, week: int) -> None:
        if week < self.plan.borrowing_from:
            return
        for student in self.writers(week):
            for _ in range(self.rng.choice([0, 0, 1, 2, 3]) if self.rng.random() < self.ability(student, week) else 0):
                number = self.next_id("book_borrows")
                self.tables["book_borrows"].append(
                    {
                        "borrow_id": f"B{number}",
                        **self.key(student),
                        "semester": self.semester,
                        "book_title": f"Book {number}",
                        "borrow_date": self.day(week) if self.rng.random() < 0.8 else None,
                        "return_date": None,
                        "borrow_week": week,
                        "return_week": None,
                    }
                )

    def write_work(self, week: int) -> None:
        """Assignments and quizzes due in a week, exam weeks included; some that nobody has rows for."""
        if week < self.plan.work_from:
            return
        for subject_id in self.subjects:
            if self.rng.random() < 0.55:
                self.write_assignment(subject_id, week)
            if self.rng.random() < 0.5:
                self.write_quiz(subject_id, week)

    def write_assignment(self, subject_id: str, week: int) -> None:
        number = self.next_id("assignment_definitions")
        definition = {
            "assignment_id": f"W{number}",
            "class_id": self.plan.class_id,
            "subject_id": subject_id,
            "semester": self.semester,
            "title": f"Assignment {number}",
            "assigned_week": max(1, week - 1),
            "due_week": week,
            "max_marks": self.rng.choice([10, 20, 30, 7.5]),
        }
        self.tables["assignment_definitions"].append(definition)
        loaded, only_late = self.rng.random() > 0.06, self.rng.random() < 0.08
        for student in self.plan.students if loaded else ():
            self.write_submission(student, definition, only_late=only_late)

    def write_submission(self, student: StudentPlan, definition: Row, *, only_late: bool) -> None:
        """A row for an assignment, handed in on time, early, weeks late, or not; often there is none."""
        week, rng = definition["due_week"], self.rng
        if student.way == "silent" or (not student.writes(week) and rng.random() < 0.9):
            return
        days_late = rng.choice([0, -8, -3, 0, 0, 9, 16, 30])
        handed_in = rng.random() < self.ability(student, week)
        if only_late:
            days_late = rng.choice([8, 15, 22])
        if not handed_in and (only_late or rng.random() < 0.5):
            return
        marked = handed_in and rng.random() < 0.8
        unhanded = rng.choice(["pending", "missing", "missing", None])
        handed = "late" if days_late > 0 else "graded" if marked else "submitted"
        if marked and rng.random() < 0.1:
            handed = rng.choice(["pending", "submitted", None])
        dated = handed_in and (rng.random() < 0.9 or only_late)
        self.tables["assignment_submissions"].append(
            {
                "id": self.next_id("assignment_submissions"),
                "assignment_id": definition["assignment_id"],
                **self.key(student),
                "status": handed if handed_in else unhanded,
                "submission_date": self.moment(week, days_late) if dated else None,
                "latency_hours": None,
                "marks_obtained": self.marks(student, week, definition["max_marks"]) if marked else None,
                "quality_pct": self.percentage(student, week) if handed_in and rng.random() < 0.85 else None,
                "plagiarism_pct": self.plagiarism(student) if handed_in else rng.choice([0, None]),
            }
        )

    def moment(self, week: int, days_late: int) -> datetime:
        day = self.day(week) + timedelta(days=days_late)
        return datetime(day.year, day.month, day.day, self.rng.choice([0, 9, 23]), self.rng.choice([0, 59]))

    def percentage(self, student: StudentPlan, week: int) -> float:
        middle = 15 + 75 * self.ability(student, week)
        return round(min(100, max(0, self.rng.gauss(middle, 12))), self.rng.choice([0, 1, 2]))

    def marks(self, student: StudentPlan, week: int, max_marks: float) -> float:
        quarters = round(self.percentage(student, week) / 100 * max_marks * 4)
        return quarters / 4

    def plagiarism(self, student: StudentPlan) -> float | None:
        if self.rng.random() < 0.1:
            return None
        likely = 0.5 if student.way == "cheats" else 0.02
        low, high = (45, 95) if self.rng.random() < likely else (0, 30)
        return self.rng.choice([50, round(self.rng.uniform(low, high), 2), round(self.rng.uniform(low, high), 2)])

    def write_quiz(self, subject_id: str, week: int) -> None:
        number = self.next_id("quiz_definitions")
        max_marks = self.rng.choice([10, 20])
        self.tables["quiz_definitions"].append(
            {
                "quiz_id": f"Q{number}",
                "class_id": self.plan.class_id,
                "subject_id": subject_id,
                "semester": self.semester,
                "title": f"Quiz {number}",
                "scheduled_week": week,
                "quiz_date": self.day(week) if self.rng.random() < 0.7 else None,
                "max_marks": max_marks,
                "duration_mins": 20,
            }
        )
        if self.rng.random() < 0.06:
            return
        for student in self.writers(week):
            self.write_attempt(student, f"Q{number}", week)

    def write_attempt(self, student: StudentPlan, quiz_id: str, week: int) -> None:
        attempted = self.rng.random() < self.ability(student, week)
        if not attempted and self.rng.random() < 0.5:
            return
        days_late = self.rng.choice([0, 0, 0, 0, 0, 10])
        scored = attempted and self.rng.random() < 0.9
        self.tables["quiz_submissions"].append(
            {
                "id": self.next_id("quiz_submissions"),
                "quiz_id": quiz_id,
                **self.key(student),
                "attempted": attempted or self.rng.choice([False, False, None]),
                "attempt_date": self.moment(week, days_late) if attempted and self.rng.random() < 0.8 else None,
                "marks_obtained": None,
                "score_pct": self.percentage(student, week) if scored else None,
            }
        )

    def write_exams(self, exam_type: str, late_from: date | None = None) -> None:
        """An exam for each subject; results undated, in time, weeks later, or (``late_from``) in the next semester."""
        named = getattr(self.policy.calendar, f"{exam_type}_weeks")
        if not named and self.rng.random() < 0.7:
            return
        week = self.rng.choice(named) if named else self.rng.choice(self.weeks)
        if self.rng.random() < 0.1:
            return
        for subject_id in self.subjects:
            number = self.next_id("exam_schedule")
            self.tables["exam_schedule"].append(
                {
                    "schedule_id": f"E{number}",
                    "class_id": self.plan.class_id,
                    "semester": self.semester,
                    "subject_id": subject_id,
                    "exam_type": exam_type,
                    "scheduled_week": week,
                    "exam_date": self.day(week) if self.rng.random() < 0.8 else None,
                    "max_marks": 100,
                    "duration_mins": 120,
                }
            )
            for student in self.plan.students:
                if student.way != "silent" and self.rng.random() < 0.9:
                    self.write_result(student, f"E{number}", week, late_from)

    def write_result(self, student: StudentPlan, schedule_id: str, week: int, late_from: date | None) -> None:
        score = None if self.rng.random() < 0.08 else self.percentage(student, week)
        result_date = self.rng.choice([None, self.day(week), self.day(week + 1), self.day(week + 2)])
        if late_from is not None and self.rng.random() < 0.3:
            result_date = late_from + timedelta(days=self.rng.randint(0, 25))
        self.tables["exam_results"].append(
            {
                "id": self.next_id("exam_results"),
                "schedule_id": schedule_id,
                **self.key(student),
                "marks_obtained": score,
                "max_marks": 100,
                "score_pct": score,
                "pass_fail": None if score is None else "P" if score >= 40 else "F",
                "grade": None,
                "result_date": result_date,
            }
        )
