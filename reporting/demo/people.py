"""Invented people: names put together at random, and Skatteverket's test numbers, which belong to nobody."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from random import Random

from stdnum import luhn

from participants.models import Participant

# ruff: noqa: SIM905 — a list of names reads better as words.
WOMEN = (
    "Aisha Alma Amina Anneli Asta Birgitta Camilla Carina Dunja Ebba Elif Elin Elsa Emma Fatima Fatuma Frida "
    "Gudrun Hanna Helena Hodan Ida Inger Ingrid Irina Jasmin Jenny Johanna Josefin Karin Katarina Khadija "
    "Kristina Lena Leyla Lina Linnea Lisbeth Lovisa Madeleine Malin Maria Marianne Marjan Marta Mona Nadia Nasrin "
    "Nina Parisa Pernilla Pia Rahma Rebecka Rosa Sanna Sara Selma Shirin Signe Siv Sofia Susanne Tuva Ulla Vera "
    "Viktoria Yasmin Ylva Zahra Zeynep Åsa"
).split()
MEN = (
    "Abdi Adam Ahmed Ali Anders Arvid Bashir Bengt Bo Christer Dan Daniel Dario Elias Emil Erik Farid Filip "
    "Fredrik Göran Hamid Hassan Henrik Håkan Ibrahim Ivan Jan Jesper Joakim Johan Jonas Josef Karim Kenneth Kjell "
    "Lars Leif Magnus Mahmoud Marko Mats Mehmet Mikael Mohamed Nils Olle Omar Oskar Patrik Per Peter Rashid "
    "Robert Roland Samir Stefan Sven Tomas Torbjörn Tore Urban Viktor Walid Yusuf Zoran Åke Örjan"
).split()
SURNAMES = (
    "Abdi Adolfsson Ahlberg Ahmadi Alm Almgren Aziz Backman Bengtsdotter Berglind Björk Blomdahl Bodin Bylund "
    "Dahlqvist Demir Edvardsson Ek Ekdahl Eklöf Englund Farah Forsell Franzén Friberg Gren Granath Grip Haddad "
    "Hallén Hamidi Hedman Hellgren Hermansson Holm Hosseini Hult Hägg Ibrahimi Jama Jansdotter Kadir Kaya Kjellin "
    "Klint Kovac Krantz Larsdotter Lilja Lindfors Ljung Lundell Löfdahl Malm Mårdh Moradi Nordin Norling Nyman "
    "Nässén Odén Olofsdotter Omar Osman Palm Petrov Rahimi Ramberg Rask Rehn Ros Rydell Rönn Sahlin Said Salim "
    "Sandell Skog Sköld Stark Stenqvist Strand Sundell Svärd Sällström Tapper Thorell Tillberg Toll Vallin Vestin "
    "Vinter Warsame Wiberg Yildiz Ågren Åkerlund Ång Öberg Öhrn Öman"
).split()

DISTRICTS = [
    ("Göteborg", "Angered", 26),
    ("Göteborg", "Östra Göteborg", 20),
    ("Göteborg", "Västra Hisingen", 16),
    ("Göteborg", "Lundby", 12),
    ("Göteborg", "Norra Hisingen", 6),
    ("Göteborg", "Majorna-Linné", 5),
    ("Göteborg", "Askim-Frölunda-Högsbo", 5),
    ("Partille", "", 4),
    ("Mölndal", "", 3),
    ("Kungälv", "", 3),
]


@dataclass
class Person:
    """Somebody who does not exist."""

    sex: str
    birth_date: dt.date
    first_name: str
    last_name: str
    number: str
    municipality: str
    district: str
    protection: str = Participant.Protection.NONE

    @property
    def is_hidden(self) -> bool:
        return self.protection != Participant.Protection.NONE

    @property
    def words(self) -> dict[str, str]:
        """The words by which a note speaks of the person."""
        if self.sex == "K":
            return {"hon": "hon", "henne": "henne", "hennes": "hennes", "Hon": "Hon", "Hennes": "Hennes"}
        return {"hon": "han", "henne": "honom", "hennes": "hans", "Hon": "Han", "Hennes": "Hans"}


@dataclass
class Population:
    """Makes people who differ from each other, the same ones each time for the same random source."""

    random: Random
    _names: set[str] = field(default_factory=set)
    _numbers: set[str] = field(default_factory=set)

    def person(self, position: int) -> Person:
        sex = "K" if self.random.random() < 0.58 else "M"
        born, number = self._born_with_number(sex, is_coordination=position % 23 == 7)
        first, last = self._name(sex)
        municipality, district = self._home()
        return Person(sex, born, first, last, "" if position == 141 else number, municipality, district)

    def _born_with_number(self, sex: str, *, is_coordination: bool) -> tuple[dt.date, str]:
        while True:
            # Between 19 and 63 years old at the entry; most are in the middle.
            years = self.random.triangular(18.5, 63.5, 33)
            born = dt.date(2016, 7, 1) - dt.timedelta(days=int(years * 365.25))
            number = invented_number(born, sex, is_coordination=is_coordination)
            if number not in self._numbers:
                self._numbers.add(number)
                return born, number

    def _name(self, sex: str) -> tuple[str, str]:
        while True:
            first = self.random.choice(WOMEN if sex == "K" else MEN)
            last = self.random.choice(SURNAMES)
            if f"{first} {last}" not in self._names:
                self._names.add(f"{first} {last}")
                return first, last

    def _home(self) -> tuple[str, str]:
        weights = [weight for *_, weight in DISTRICTS]
        municipality, district, _ = self.random.choices(DISTRICTS, weights)[0]
        return municipality, district


def invented_number(born: dt.date, sex: str, *, is_coordination: bool = False) -> str:
    """Birth number 238 for women, 239 for men, with the ordinary check digit. (esf-rules.md 3.2, 3.4)"""
    day = born.day + (60 if is_coordination else 0)
    eleven = f"{born:%Y%m}{day:02d}{238 if sex == 'K' else 239}"
    return eleven + luhn.calc_check_digit(eleven[2:])
