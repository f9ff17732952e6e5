"""Values of tools' arguments, by kind: the argument, and how a question writes it."""

from __future__ import annotations

from string import punctuation
from typing import TYPE_CHECKING

from . import words
from .texts import ACCENTED, code, letters

if TYPE_CHECKING:
    from random import Random

NUMBER_WORDS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]
DAYS = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
    "tomorrow",
    "tonight",
]
MONTHS = "January February March April May June July August September October November December"
MARKS = f"{punctuation} "
ENDINGS = ["txt", "py", "md", "csv", "rs", "json", "pdf", "log", "html", "toml", "yaml"]


def integer(random: Random) -> tuple[int, str]:
    """Draw a whole number; small ones are sometimes spelled out."""
    ranges = ((1, 12), (0, 99), (100, 9999))
    number = random.randint(*random.choice(ranges))
    if number <= 12 and random.random() < 0.25:
        return number, NUMBER_WORDS[number]
    return number, str(number)


def number(random: Random) -> tuple[float, str]:
    """Draw a number, mostly with a fraction, sometimes beside a unit."""
    wide = random.choice((10, 100, 1000))
    value: float = round(random.random() * wide, random.choice((1, 2)))
    if random.random() < 0.35:
        value = random.randint(1, 500)
    text = str(value)
    return value, random.choice((*["{}"] * 14, "${}", "{}%")).format(text)


def place(random: Random) -> str:
    """Name a town, or a street in it."""
    if random.random() > 0.08:
        return words.place(random)
    street = random.choice(("Street", "Road", "Lane", "Square", "Avenue", "Hall"))
    number = f" {random.randint(1, 99)}" if random.random() < 0.6 else ""
    return f"{words.noun(random).capitalize()} {street}{number}"


def person(random: Random) -> str:
    """Name a person."""
    return words.person(random)


def thing(random: Random) -> str:
    """Name a restaurant, a film, a firm: one to three capitalised words."""
    parts = [words.noun(random).capitalize() for _ in range(random.choice((1, 1, 2, 2, 3)))]
    draw = random.random()
    if draw < 0.12:
        return "The " + " ".join(parts)
    if draw < 0.2:
        return f"{random.choice(words.PEOPLE)}'s" + (f" {parts[0]}" if draw < 0.16 else "")
    if draw < 0.26:
        return random.choice((random.choice(ACCENTED).capitalize(), letters(random)))
    if draw < 0.34:
        return words.scrap(random).strip(MARKS) or parts[0]
    return " ".join(parts)


def phrase(random: Random) -> str:
    """Draw one to five lower-case words."""
    size = random.choice((1, 1, 2, 2, 2, 3, 3))
    makers = (words.noun, words.noun, words.noun, words.adjective, words.verb)
    parts = [random.choice(makers)(random) for _ in range(size)]
    if size > 2 and random.random() < 0.6:
        links = ("the", "of the", "and", "a", "of")
        parts[random.randint(1, size - 2)] = random.choice(links)
    if size == 1 and random.random() < 0.3:
        parts[0] += "s"
    return " ".join(parts)


def message(random: Random) -> str:
    """Draw what a person would write to another, without its last mark."""
    text = words.sentence(random, 8)[:-1]
    starts = ("I will be", "I am", "we have", "please", "you are", "the", "we are", "it is", "my")
    draw = random.random()
    if draw < 0.5:
        text = f"{random.choice(starts)} {text[0].lower()}{text[1:]}"
    elif draw < 0.75:
        text = text[0].lower() + text[1:]
    return text


def quote(random: Random) -> tuple[str, str]:
    """Draw something that the question puts in quotes."""
    makers = (phrase, phrase, message, thing, words.scrap, lambda r: code(r).split("\n")[0])
    text = random.choice(makers)(random).replace('"', "").strip()
    around = random.choice('""""`' + ("" if "'" in text else "'"))
    if "`" in text:
        around = '"'
    return text, f"{around}{text}{around}"


def command(random: Random) -> tuple[str, str]:
    """Draw what one would type into a terminal."""
    a, b, c = (words.noun(random) for _ in range(3))
    forms = (
        f"{a} -{b[0]}",
        f"{a} {b}",
        f"{a} -{b[:2]} {c}",
        f"{a} --{b} {c}",
        f"{a}",
        f"{a} {b} {c}",
        f"{a} {path(random)}",
        f"{a} -{b[0]} {path(random)}",
        f"{a} {path(random)} | {b} -{c[0]}",
        f"{a} --{b}={random.randint(0, 99)}",
        f"{a} {b} && {c}",
        f"{a} -{b[0]} {random.randint(1, 99)} {path(random)}",
        f"{a} '{b} {c}'",
        f"{a.upper()} {b} {words.scrap(random)}",
        f"{a.upper()} {b} {c.upper()} {words.noun(random)} = {random.randint(0, 99)}",
        f"{a} = {random.randint(0, 99)}",
    )
    text = random.choice(forms)
    return text, f"`{text}`" if random.random() < 0.45 else text


def date(random: Random) -> str:
    """Write a day in one of the usual ways."""
    day, month = random.randint(1, 28), random.randint(1, 12)
    name = random.choice(MONTHS.split())
    forms = (
        f"20{random.randint(10, 49)}-{month:02}-{day:02}",
        f"20{random.randint(10, 49)}-{month:02}-{day:02}",
        f"{name} {day}",
        f"{day} {name}",
        random.choice(DAYS),
        f"{day:02}.{month:02}.20{random.randint(10, 49)}",
        f"{month}/{day}",
    )
    return random.choice(forms)


def clock(random: Random) -> str:
    """Write a time of day."""
    hour, minute = random.randint(0, 23), random.choice((0, 15, 30, 45, random.randint(0, 59)))
    twelve = random.randint(1, 12)
    half = random.choice(("am", "pm"))
    forms = (f"{hour:02}:{minute:02}", f"{hour}:{minute:02}", f"{twelve} {half}", f"{twelve}{half}")
    return random.choice(forms)


def mail(random: Random) -> str:
    """Write a mail address."""
    user = random.choice((words.noun(random), words.person(random).split()[0].lower()))
    if random.random() < 0.3:
        user += random.choice((".", "_", "")) + words.noun(random)
    return f"{user}@{words.noun(random)}.{random.choice(('com', 'org', 'net', 'example', 'de'))}"


def path(random: Random) -> str:
    """Write a file's or a folder's path."""
    a, b, end = words.noun(random), words.noun(random), random.choice(ENDINGS)
    forms = (
        f"{a}.{end}",
        f"{a}/{b}.{end}",
        f"/{a}/{b}",
        f"/{a}/{b}.{end}",
        f"./{a}",
        f"~/{a}",
        f"{a}_{b}.{end}",
        f"/{a}",
        f"{a.upper()}.{end}",
    )
    return random.choice(forms)


def link(random: Random) -> str:
    """Write an address on the web."""
    a, b = words.noun(random), words.noun(random)
    end = random.choice(("com", "org", "io", "example"))
    forms = (
        f"https://{a}.{end}/{b}",
        f"https://{a}.{end}",
        f"www.{a}.{end}",
        f"http://{a}.{end}/{b}",
    )
    return random.choice(forms)


def mark(random: Random) -> str:
    """Write a code, a number on a sign, a name with a hyphen."""
    a, b, n = words.noun(random), words.noun(random), random.randint(1, 9999)
    forms = (
        f"{a[:4].upper()}-{n}",
        a[: random.randint(2, 5)].upper(),
        a[: random.randint(3, 4)].upper(),
        f"#{n}",
        f"{a[0].upper()}{n}",
        f"{a}-{b}",
        f"{a}_{b}",
        f"{a}{n}",
        f"{a[:2].upper()}{n}{b[0].upper()}",
    )
    return random.choice(forms)


def items(random: Random) -> tuple[list[str], str]:
    """Draw one to four things in a row."""
    make = random.choice((words.noun, words.noun, person, place, phrase, thing))
    size = random.choice((1, 2, 2, 3, 3, 4))
    values = [make(random) for _ in range(size)]
    if size == 1:
        return values, values[0]
    link = random.choice((" and ", " and ", " and ", ", and ", ", "))
    return values, ", ".join(values[:-1]) + link + values[-1]
