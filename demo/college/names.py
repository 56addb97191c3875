"""Invented people: Indian first names with their gender, and surnames of the same region."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from demo.college.streams import Flags


@dataclass(frozen=True)
class Region:
    """Names that go together."""

    female: tuple[str, ...]
    male: tuple[str, ...]
    surnames: tuple[str, ...]


def _region(female: str, male: str, surnames: str) -> Region:
    return Region(tuple(female.split()), tuple(male.split()), tuple(surnames.split()))


REGIONS = (
    _region(
        "Aditi Anjali Kavya Neha Pooja Priyanka Shreya Swati Ritika Garima",
        "Aman Ankit Abhishek Gaurav Manish Nitin Rahul Rohit Saurabh Vivek",
        "Sharma Verma Gupta Agarwal Mishra Tiwari Pandey Srivastava Saxena Chauhan Rastogi Dubey Tripathi",
    ),
    _region(
        "Harpreet Jasleen Manpreet Simran Gurleen Navneet Kirandeep Amrit",
        "Arshdeep Gurpreet Harjot Jaspreet Karanvir Mandeep Parminder Sukhdeep",
        "Singh Gill Sandhu Dhillon Sidhu Grewal Bedi Ahluwalia Kohli Chawla Malhotra Arora",
    ),
    _region(
        "Aarohi Gauri Ketaki Mrunal Prajakta Rutuja Sayali Tanvi Vaishnavi",
        "Aniket Chinmay Mandar Nikhil Omkar Pranav Sameer Tejas Yash",
        "Patil Deshmukh Joshi Kulkarni Jadhav Pawar Shinde More Gaikwad Bhosale Sawant Chavan Phadke",
    ),
    _region(
        "Bhavika Dhara Hetal Janvi Khushi Mansi Nidhi Riddhi",
        "Bhavesh Chirag Dhruv Harsh Jignesh Kunal Mihir Parth",
        "Patel Shah Mehta Desai Trivedi Parmar Solanki Bhatt Modi Vyas Thakkar Zaveri",
    ),
    _region(
        "Ananya Debolina Ishita Madhurima Moumita Paramita Rituparna Sreyashi Tanushree",
        "Anirban Arnab Debjit Indranil Kaushik Rajarshi Sayan Souvik Subhajit",
        "Banerjee Mukherjee Chatterjee Ghosh Bose Das Dutta Sen Roy Chakraborty Sarkar Bhattacharya Mondal",
    ),
    _region(
        "Abinaya Deepika Divya Janani Keerthana Lakshmi Nandhini Preethi Vidhya",
        "Aravind Balaji Dinesh Ganesh Karthik Muthu Praveen Saravanan Vignesh",
        "Subramanian Raman Krishnan Natarajan Murugan Rajendran Selvam Sundaram Venkatesan Iyer Pandian Annamalai",
    ),
    _region(
        "Akhila Bhavani Harika Haritha Mounika Sahithi Sravani Tejaswini",
        "Bharath Charan Kiran Mahesh Naveen Rakesh Sai Srinivas",
        "Reddy Rao Naidu Chowdary Varma Prasad Goud Yadav Kondapalli Vemula Nalluri Gadde",
    ),
    _region(
        "Anagha Aswathy Athira Gayathri Malavika Meera Parvathy Sneha",
        "Abhijith Ajmal Arjun Basil Jithin Jobin Sreejith Vishnu",
        "Nair Menon Pillai Kurup Varghese Thomas Mathew George Namboothiri Panicker Kutty Nambiar",
    ),
    _region(
        "Bhoomika Chaitra Pallavi Ranjitha Sahana Spoorthi Varsha",
        "Chethan Darshan Manjunath Pradeep Raghavendra Sandeep Shashank",
        "Gowda Shetty Hegde Bhat Kamath Murthy Acharya Poojary Hiremath Nayak Shenoy",
    ),
    _region(
        "Afreen Ayesha Fatima Nazia Rukhsar Sana Zoya",
        "Adil Faizan Imran Junaid Sameem Tauseef Zaid",
        "Khan Ansari Siddiqui Shaikh Qureshi Hussain Pathan Mirza Rizvi",
    ),
)

_DEGREES = ("Dr.", "Dr.", "Prof.")
_WITH_DEGREE = 0.6
"""Share of teachers called Dr. or Prof.; the others are Ms. and Mr."""


def people(random: np.random.Generator, count: int) -> tuple[pl.Series, pl.Series, pl.Series]:
    """First names, surnames and genders (F, M) of ``count`` people."""
    women = random.random(count) < 0.46
    region = random.integers(len(REGIONS), size=count)
    first, last = random.random(count), random.random(count)
    names = pl.DataFrame({"region": region, "woman": women, "first": first, "last": last}).join(
        _lists(), on=["region", "woman"], how="left", maintain_order="left"
    )
    return (
        names.select(_element("firsts", "first")).to_series().alias("first"),
        names.select(_element("surnames", "last")).to_series().alias("last"),
        _genders(women),
    )


def titled(random: np.random.Generator, count: int) -> pl.Series:
    """Names with titles of ``count`` teachers."""
    first, last, gender = people(random, count)
    plain = pl.Series(np.where((gender == "F").to_numpy(), "Ms.", "Mr."))
    degree = random.integers(len(_DEGREES), size=count)
    title = pl.Series(_DEGREES).gather(degree).zip_with(pl.Series(random.random(count) < _WITH_DEGREE), plain)
    full: pl.Series = title + " " + first + " " + last
    return full


def _lists() -> pl.DataFrame:
    rows = [
        (number, woman, list(region.female if woman else region.male), list(region.surnames))
        for number, region in enumerate(REGIONS)
        for woman in (False, True)
    ]
    return pl.DataFrame(rows, schema=["region", "woman", "firsts", "surnames"], orient="row")


def _element(names: str, share: str) -> pl.Expr:
    place = (pl.col(share) * pl.col(names).list.len()).floor().cast(pl.Int64)
    return pl.col(names).list.get(place)


def _genders(women: Flags) -> pl.Series:
    return pl.Series(np.where(women, "F", "M")).cast(pl.String)
