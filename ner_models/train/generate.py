"""Make synthetic rows: templates filled with invented people, addresses, employers, dates and identifiers.

A template is one line of `templates/*.txt`; `{person1}` is a slot, and slots of one number speak of one person.
Templates are split into train and test by a hash of the template, so a held-out score is on unseen sentences.
"""

from __future__ import annotations

import hashlib
import random
import re
import string
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ner_models.train.names import Lists
from ner_models.train.rows import ALL, Row

__all__ = ["UNSURE", "Generator", "filled", "read_templates"]

SLOT = re.compile(r"\{([A-Za-z]+)(\d)\}")
UNSURE = "?"  # the value is structured; another recognizer finds it
FOLDER = Path(__file__).parent / "templates"

TECH = (
    "Django Kubernetes Jenkins Jira Kafka Redis Postgres PostgreSQL MySQL MongoDB Docker Terraform Ansible React Angular Vue "
    "Svelte Rust Python Java Kotlin Swift Go Ruby Rails Julia Ada Pascal Haskell Scala Clojure Elixir Perl Lua Dart Flutter "
    "TensorFlow PyTorch Keras Pandas NumPy SciPy Matplotlib Jupyter Anaconda Spark Hadoop Airflow Grafana Prometheus Loki "
    "Elasticsearch Kibana Logstash Splunk Datadog Sentry Nginx Apache Tomcat Gradle Maven Bazel Webpack Vite Babel ESLint "
    "Prettier Jest Mocha Chai Cypress Playwright Selenium Cucumber Gherkin Flask FastAPI Celery RabbitMQ Node.js Deno Bun "
    "Next.js Nuxt Gatsby Hugo Jekyll WordPress Drupal Magento Shopify Stripe Twilio Slack Discord Zoom Teams Outlook Excel "
    "Word PowerPoint Photoshop Figma Sketch Blender Unity Unreal Godot Linux Ubuntu Debian Fedora Arch Windows macOS Android "
    "iOS GitHub GitLab Bitbucket Copilot Claude ChatGPT Gemini Llama Mistral Alexa Siri Cortana Bard Watson Tesla Lambda "
    "DynamoDB Aurora Athena Redshift Snowflake BigQuery Databricks Looker Tableau PowerBI Salesforce Hubspot Zendesk Okta "
    "Keycloak Vault Consul Nomad Istio Envoy Helm Argo Tekton Spinnaker Puppet Chef Vagrant Cassandra Neo4j Oracle SQLite "
    "MariaDB Hibernate Spring JUnit Mockito Lombok Jackson Gson OpenAPI GraphQL gRPC Protobuf Avro Parquet LaTeX Markdown "
    "Pydantic Hypothesis Ruff Black Poetry Conda Homebrew Cargo Clippy Tokio Serde Axum Rocket Phoenix Laravel Symfony"
).split()
THEOREMS = (
    "Dijkstra's algorithm|Bayes' theorem|the Fourier transform|Gaussian elimination|the Pythagorean theorem|Euler's formula"
    "|Newton's method|the Bellman-Ford algorithm|a Turing machine|Taylor series|the Riemann hypothesis|Moore's law"
    "|Maxwell's equations|Ohm's law|the Fibonacci sequence|Levenshtein distance|a Markov chain|Pascal's triangle"
    "|the Laplace transform|Boolean algebra|the Euclidean algorithm|Poisson distribution|Hamming code|Planck's constant"
    "|Huffman coding|a Bloom filter|the Doppler effect|Occam's razor|Murphy's law|Parkinson's disease|Alzheimer's"
    "|Hodgkin lymphoma|Crohn's disease|the Nobel Prize|an Oscar|the Kalman filter|Lagrange multipliers|Jensen's inequality"
).split("|")
WORDS = (
    "apple river system garden market window engine coffee planet budget recipe travel music history science energy design "
    "report table simple modern green quick smart happy quiet strong local public daily fresh analysis summary overview "
    "introduction background method results discussion configuration installation requirements features usage example "
    "testing deployment security performance network storage memory processor database interface module function variable "
    "object array string number value index query request response session cookie header footer button image video audio "
    "customer product service order payment invoice delivery shipping return refund discount account profile settings "
    "language culture nature ocean mountain forest desert island bridge castle temple museum library school hospital "
    "breakfast dinner chicken pasta salad cheese chocolate orange lemon tomato potato onion garlic pepper salt sugar butter"
).split()
LIBS = (
    "requests numpy pandas flask django pytest lodash axios express redux moment boost stdio stdlib openssl zlib react-dom "
    "uuid click rich typer httpx aiohttp sqlalchemy alembic celery redis boto3 pillow scipy sklearn torch transformers"
).split()
CAMEL = "User Order Data Model View Event Request Session Config Parser Handler Manager Service Client Server Token File Json Http Cache Query Base Test Async Row Item Node".split()
SNAKE = "get set name user data value path file id count list config first last load save run build parse name_list key token index total size first_name last_name user_name address city".split()
NATIONS = (
    "American British Canadian German French Spanish Italian Portuguese Dutch Belgian Swiss Austrian Polish Czech Hungarian "
    "Romanian Greek Turkish Russian Ukrainian Swedish Norwegian Danish Finnish Irish Scottish Welsh Chinese Japanese Korean "
    "Vietnamese Thai Indian Pakistani Bangladeshi Nepali Iranian Iraqi Syrian Lebanese Egyptian Moroccan Nigerian Kenyan "
    "Ethiopian Ghanaian Brazilian Mexican Argentinian Colombian Peruvian Chilean Cuban Australian Israeli Palestinian Saudi "
    "Catholic Protestant Muslim Jewish Hindu Buddhist Sikh Christian Mormon Lutheran Shia Sunni atheist Republican Democrat "
    "Hispanic Latino African-American Kurdish Armenian Georgian Estonian Latvian Lithuanian Filipino Indonesian Malaysian"
).split()
JOBS = (
    "software engineer|nurse|teacher|project manager|plumber|accountant|electrician|lawyer|chef|data analyst|bus driver"
    "|sales director|architect|librarian|pharmacist|dentist|graphic designer|police officer|farmer|journalist|translator"
    "|labor relations director|passenger booking clerk|sewer pipe cleaner|art director|travel agent|economist|singer"
).split("|")
MONTHS = "January February March April May June July August September October November December".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS_BY = {
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(),
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split(),
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre".split(),
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro".split(),
    "nl": "januari februari maart april mei juni juli augustus september oktober november december".split(),
}
STREETS_BY = {
    "de": ("{last}straße {n}|{last}weg {n}|Am {word} {n}|{last}-{last}-Straße {n}|Bahnhofstraße {n}a|Hauptstr. {n}|{last}gasse {n}"),
    "fr": "{n} rue de {last}|{n}, avenue {first} {last}|{n} bis, boulevard {last}|{n} place du {last}|{n} impasse {last}",
    "es": "Calle {last} {n}|C/ {first} {last}, {n}, 3º B|Avenida de {last}, {n}|Plaza {last} {n}, 2º dcha|Paseo {last} {n}",
    "it": "Via {last} {n}|Via {first} {last}, {n}|Piazza {last} {n}|Corso {last} {n}/A|Viale {last}, {n}",
    "pt": "Rua {last} {n}|Rua {first} {last}, {n}, 2º Esq|Avenida {last}, {n}|Travessa de {last} {n}|R. {last}, {n} - ap {n}",
    "nl": "{last}straat {n}|{last}laan {n}-2|Keizersgracht {n}|{last}plein {n}|Burgemeester {last}weg {n} bis",
    "gb": "{n} {last} Road|Flat {n}, {last} House, {last} Lane|{n} {last} Close|{n}a {last} Street|The Old Rectory, {last} Lane",
    "no": "{last}gatan {n}|{last}vägen {n}|{last}gade {n}, 2. tv|{last}veien {n}|{last}katu {n} B {n}|{last}vej {n}",
    "pl": "ul. {last} {n}/{n}|{last}ova {n}|Ulica {last} {n}|{last} utca {n}|{last} ulice {n}",
    "in": "Flat {n}, {last} Apartments, {last} Nagar|No. {n}, {n}th Cross, {last} Layout|{n}/B {last} Marg|H.No. {n}, {last} Colony",
    "au": "Unit {n}, {n} {last} Parade|{n}/{n} {last} Crescent|PO Box {n}|P.O. Box {n}|Unit {n} Box {n}|{n} {last} Terrace",
    "us": "{n} {last} Ave Apt {n}|{n} {first} St|{n} {n}th Street|{n} N {last} Blvd # {n}|{n} {last} Drive Suite {n}|{n} W {last} Ln"
    "|{n} {first} {last} Way|{n} County Road {n}|the corner of {last} Avenue and {last} Street|{n} {last} {last} Apt. {n}",
}
COUNTRY_OF = {"de": "Germany", "fr": "France", "es": "Spain", "it": "Italy", "pt": "Portugal", "nl": "Netherlands",
              "gb": "United Kingdom", "no": "Sweden", "pl": "Poland", "in": "India", "au": "Australia", "us": "United States"}
PEOPLE_OF = {"de": "DE", "fr": "FR", "es": "ES", "it": "IT", "pt": "PT", "nl": "NL", "gb": "GB", "no": "SE", "pl": "PL",
             "in": "IN", "au": "GB", "us": "US"}
FAMILY_FIRST = {"CN", "KR", "VN", "HU", "TW", "JP", "KH"}
TWO_FAMILY = {"ES", "MX", "AR", "CL", "CO", "PE", "PT", "BR"}


def read_templates(*, test: bool, folder: Path = FOLDER) -> list[tuple[str, str]]:
    """Return `(style, template)`, the style being the name of the file; one in ten templates is for testing."""
    found = []
    for path in sorted(folder.glob("*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line and (hashlib.sha256(line.encode()).digest()[0] % 10 == 0) == test:
                found.append((path.stem, line.replace("\\n", "\n").replace("\\t", "\t")))
    return found


class Generator:
    """Fills templates. Equal seeds give equal rows."""

    def __init__(self, lists: Lists, seed: int, *, test: bool = False) -> None:
        self.lists = lists
        self.random = random.Random(seed)
        self.templates = read_templates(test=test)
        weights = {"chat": 1.3, "forms": 1.1, "notes": 1.3, "mail": 1.3, "assistant": 1.5, "negative": 1.2, "world": 1.2}
        self.weights = [weights.get(style, 0.8) for style, _ in self.templates]
        self.cities = [city for names in lists.cities.values() for city in names]
        self.countries = sorted(lists.people)

    def rows(self, count: int) -> Iterator[Row]:
        """Yield `count` rows."""
        for style, template in self.random.choices(self.templates, self.weights, k=count):
            row = self.row(style, template)
            if style in {"world", "negative"} and not SLOT.search(template) and self.random.random() < 0.5:
                row = self.shuffled(row)
            yield row

    def shuffled(self, row: Row) -> Row:
        """Return a row without slots as other words in another order, so that no fixed sentence is learnt by heart."""
        words = row.text.split()
        other = self.random.choice([text for kind, text in self.templates if kind == row.source[10:] and "{" not in text])
        words += other.split()
        words = self.random.sample(words, k=min(len(words), self.random.randint(3, 20)))
        return Row(text=" ".join(words), spans=(), known=ALL, source=row.source)

    def row(self, style: str, template: str) -> Row:
        """Fill one template."""
        home = {"de": "DE", "fr": "FR", "es": "ES", "it": "IT", "pt": "PT", "nl": "NL"}.get(style)
        return filled(template, _Fill(self, home).slot, f"synthetic/{style}")


def filled(template: str, slot: Callable[[str, int], Sequence[tuple[str, str]]], source: str) -> Row:
    """Return a template with its slots filled: `slot(kind, number)` gives pieces of text, each with its type, "" or UNSURE."""
    text = ""
    spans: list[tuple[int, int, str]] = []
    unsure: list[tuple[int, int]] = []
    position = 0
    for found in SLOT.finditer(template):
        text += template[position : found.start()]
        for piece, kind in slot(found[1], int(found[2])):
            if kind == UNSURE:
                unsure.append((len(text), len(text) + len(piece)))
            elif kind and piece:
                spans.append((len(text), len(text) + len(piece), kind))
            text += piece
        position = found.end()
    text += template[position:]
    return Row(text=text, spans=tuple(spans), known=ALL, unsure=tuple(unsure), source=source)


class _Fill:
    """The invented world of one row: people, their names, and everything else a slot may ask for."""

    def __init__(self, world: Generator, home: str | None) -> None:
        self.world, self.random, self.lists = world, world.random, world.lists
        self.home = home or (self.random.choice(world.countries) if self.random.random() < 0.6 else "US")
        self.mixed = self.random.random() < 0.3
        self.people: dict[int, tuple[str, str, str]] = {}
        self.seen: dict[str, list[tuple[str, str]]] = {}
        self.plain = self.random.random()

    def slot(self, kind: str, number: int) -> list[tuple[str, str]]:
        key = f"{kind}{number}"
        if kind in {"person", "first", "last"} or key not in self.seen:
            maker: Callable[[int], list[tuple[str, str]]] = getattr(self, f"_{kind}", None) or self._regional(kind)
            self.seen[key] = maker(number)
        return self.seen[key]

    # People

    def _human(self, number: int) -> tuple[str, str, str]:
        if number not in self.people:
            country = self.random.choice(self.world.countries) if self.mixed else self.home
            if country == "US" or country not in self.lists.people:
                rank = self.random.random() ** 2
                first = self.lists.us_first[int(rank * len(self.lists.us_first))]
                last = self.lists.us_last[int(self.random.random() ** 2 * len(self.lists.us_last))]
            else:
                firsts, lasts = self.lists.people[country]
                first, last = self.random.choice(firsts), self.lists.family_name(country, self.random)
                if last.isupper() and len(last) > 3:
                    last = last.title()
                if country in TWO_FAMILY and self.random.random() < 0.35:
                    last = f"{last} {self.random.choice(lasts)}"
            draw = self.random.random()
            if draw < 0.02:
                last = f"{last}-{self.random.choice(self.lists.us_last)}"
            elif draw < 0.035:
                last = f"{self.random.choice(('O', 'Mc', 'Mac', 'D', 'Fitz', 'De', 'Le', 'La'))}{self.random.choice(self.lists.us_last)}"
                last = re.sub(r"^([OD])(?=[A-Z])", r"\1'", last)
            elif draw < 0.06:
                last = f"{self.random.choice(('van', 'van der', 'von', 'de', 'de la', 'del', 'di', 'da', 'bin', 'al', 'el', 'ter'))} {last}"
            elif draw < 0.08:
                first = f"{first}-{self.random.choice(self.lists.us_first[:400])}"
            self.people[number] = (first, last, country)
        return self.people[number]

    def _initial(self) -> str:
        return self.random.choice(string.ascii_uppercase)

    def _person(self, number: int) -> list[tuple[str, str]]:
        first, last, country = self._human(number)
        draw = self.random.random()
        if country in FAMILY_FIRST and draw < 0.45:
            name = f"{last} {first}"
        elif draw < 0.62:
            name = f"{first} {last}"
        elif draw < 0.70:
            name = f"{first} {self._initial()}. {last}"
        elif draw < 0.73:
            name = f"{first} {self._initial()} {last}"
        elif draw < 0.77:
            name = f"{first[0]}. {last}"
        elif draw < 0.79:
            name = f"{first[0]}.{self._initial()}. {last}"
        elif draw < 0.83:
            name = f"{first} {self.random.choice(self.lists.people.get(country, (self.lists.us_first, []))[0] or self.lists.us_first)} {last}"
        elif draw < 0.85:
            name = f"{last} {first}"
        elif draw < 0.87:
            name = f"{last}, {first}"
        elif draw < 0.88:
            name = f"{first} {last} {self.random.choice(('Jr.', 'Sr.', 'II', 'III', 'Jr'))}"
        elif draw < 0.89:
            name = f'{first} "{self.random.choice(self.lists.us_first[:500])}" {last}'
        elif draw < 0.91:
            name = f"{last.upper()} {first}"
        elif draw < 0.93:
            name = f"{first} {last}".upper()
        elif draw < 0.95:
            name = f"{first} {last}".lower()
        elif draw < 0.97:
            name = first
        else:
            name = f"{first} {last}"
            if self.random.random() < 0.5:
                return [(f"{self.random.choice(('Mr.', 'Ms.', 'Mrs.', 'Dr.', 'Prof.', 'Sir'))} ", ""), (name, "PERSON")]
        return [(name, "PERSON")]

    def _first(self, number: int) -> list[tuple[str, str]]:
        return [(self._human(number)[0], "PERSON")]

    def _last(self, number: int) -> list[tuple[str, str]]:
        return [(self._human(number)[1], "PERSON")]

    def _of(self, name: str) -> list[tuple[str, str]]:
        return [(f"{name}{'’' if name[-1] in 'sxzß' else 's'}", "PERSON")]

    def _firstof(self, number: int) -> list[tuple[str, str]]:
        """German and Dutch: the name with the ending of the genitive, which makes it one word."""
        return self._of(self._human(number)[0])

    def _lastof(self, number: int) -> list[tuple[str, str]]:
        return self._of(self._human(number)[1])

    def _lastfirst(self, number: int) -> list[tuple[str, str]]:
        first, last, _ = self._human(number)
        tail = f" {self._initial()}." if self.random.random() < 0.25 else ""
        return [(f"{last}, {first}{tail}", "PERSON")]

    def _titlelast(self, number: int) -> list[tuple[str, str]]:
        title = self.random.choice(("Mr.", "Mrs.", "Ms.", "Mr", "Mrs", "Ms", "Dr.", "Professor", "Miss", "Sir", "Judge", "Captain"))
        return [(f"{title} ", ""), (self._human(number)[1], "PERSON")]

    def _titleperson(self, number: int) -> list[tuple[str, str]]:
        first, last, _ = self._human(number)
        return [(f"{self.random.choice(('Mr.', 'Mrs.', 'Dr.', 'Prof.', 'Sen.', 'Rev.'))} ", ""), (f"{first} {last}", "PERSON")]

    def _drname(self, number: int) -> list[tuple[str, str]]:
        first, last, _ = self._human(number)
        name = self.random.choice((last, last, f"{first} {last}", f"{first[0]}. {last}"))
        tail = self.random.choice(("", "", "", ", MD", " M.D."))
        return [(self.random.choice(("Dr. ", "Dr ", "dr. ", "doctor ")), ""), (name, "PERSON"), (tail, "")]

    # Places

    def _city(self, _: int) -> list[tuple[str, str]]:
        return [(self.random.choice(self.world.cities), "LOCATION")]

    def _country(self, _: int) -> list[tuple[str, str]]:
        return [(self.random.choice(self.lists.countries), "LOCATION")]

    def _state(self, _: int) -> list[tuple[str, str]]:
        return [(self.random.choice(("California", "Texas", "NY", "Ohio", "WA", "Bavaria", "Ontario", "Queensland", "Punjab")), "LOCATION")]

    def _zip(self, _: int) -> list[tuple[str, str]]:
        return [(self._post(), "STREET_ADDRESS")]

    def _post(self) -> str:
        n = self.random.randint
        return self.random.choice(
            (f"{n(10000, 99999)}", f"{n(10000, 99999)}-{n(1000, 9999)}", f"SW{n(1, 20)} {n(1, 9)}AB", f"{n(1000, 9999)} AB",
             f"{n(1000, 9999)}", f"K{n(1, 9)}A {n(1, 9)}B{n(1, 9)}", f"{n(100000, 899999)}", f"{n(10, 99)}-{n(100, 999)}")
        )

    def _make_street(self, region: str) -> str:
        firsts, lasts = self.lists.people[PEOPLE_OF[region]] if region != "us" else (self.lists.us_first[:1500], self.lists.us_last[:4000])
        if region == "us" and self.random.random() < 0.4:
            return self.random.choice(self.lists.us_streets)[0]
        shape = self.random.choice(STREETS_BY[region].split("|"))
        street = re.sub(r"\{last\}", lambda _: self.random.choice(lasts).split()[-1].title(), shape)
        street = re.sub(r"\{first\}", lambda _: self.random.choice(firsts), street)
        street = re.sub(r"\{word\}", lambda _: self.random.choice(WORDS).title(), street)
        return re.sub(r"\{n\}", lambda _: str(int(self.random.choice((30, 300, 9000)) * self.random.random()) + 1), street)

    def _region(self) -> str:
        here = {code: region for region, code in PEOPLE_OF.items()}.get(self.home)
        return here if here and self.random.random() < 0.7 else self.random.choice(list(STREETS_BY))

    def _street(self, _: int) -> list[tuple[str, str]]:
        return [(self._make_street(self._region()), "STREET_ADDRESS")]

    def _full_address(self, region: str, separator: str) -> str:
        draw = self.random.random()
        street = self._make_street(region)
        if region == "us" and draw < 0.35:
            street, city, state, post = self.random.choice(self.lists.us_streets)
            return f"{street}{separator}{city}, {state} {post}"
        if region == "us" and draw < 0.5 and separator == ", ":
            return self.random.choice(self.lists.odd_addresses)
        country = COUNTRY_OF[region]
        city = self.random.choice(self.lists.cities.get(country, self.world.cities))
        if draw < 0.6:
            return street
        if draw < 0.7:
            return f"{street}{separator}{city}"
        if draw < 0.76:
            return f"{street} {city}"
        if draw < 0.85:
            return f"{street}{separator}{self._post()} {city}"
        if draw < 0.93:
            return f"{street}{separator}{city} {self._post()}"
        return f"{street}{separator}{self._post()} {city}{separator}{country}"

    def _address(self, _: int) -> list[tuple[str, str]]:
        return [(self._full_address(self._region(), ", "), "STREET_ADDRESS")]

    def _addressml(self, _: int) -> list[tuple[str, str]]:
        return [(self._full_address(self._region(), self.random.choice(("\n", "\n", "\n ", ",\n"))), "STREET_ADDRESS")]

    def _regional(self, kind: str) -> Callable[[int], list[tuple[str, str]]]:
        region, rest = kind[:2], kind[2:]
        if rest == "address":
            return lambda _: [(self._full_address(region, ", "), "STREET_ADDRESS")]
        if rest == "date":
            return lambda _: [(self._local_date(region), "DATE_TIME")]
        if rest == "weekday":
            return lambda _: [(self.random.choice(("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag")), "DATE_TIME")]
        raise ValueError(f"a template asks for {kind!r}, which no filler makes")

    # Organisations

    def _org(self, _: int) -> list[tuple[str, str]]:
        draw = self.random.random()
        last = lambda: self.random.choice(self.lists.us_last[:6000])  # noqa: E731
        if draw < 0.58:
            name = self.random.choice(self.lists.companies)
            if self.random.random() < 0.5:
                name = re.sub(r",? (Inc\.?|Corp\.?|Corporation|Ltd\.?|plc|PLC|Holdings|Limited|N\.V\.|S\.A\.|Co\.|Company)$", "", name)
        elif draw < 0.64:
            name = f"{last()}-{last()}"
        elif draw < 0.69:
            name = f"{last()}, {last()} and {last()}"
        elif draw < 0.82:
            name = f"{last()} {self.random.choice(('LLC', 'Inc', 'Group', 'PLC', 'Ltd', 'GmbH', 'and Sons', '& Partners', 'SA', 'B.V.'))}"
        elif draw < 0.88:
            return self._hospital(0)
        elif draw < 0.94:
            return self._school(0)
        else:
            name = f"{self.random.choice(WORDS).title()} {self.random.choice(('Solutions', 'Labs', 'Technologies', 'Bank', 'Foods', 'Systems', 'Agency'))}"
        return [(name, "ORGANIZATION")]

    def _hospital(self, _: int) -> list[tuple[str, str]]:
        city = self.random.choice(self.world.cities)
        shape = self.random.choice(("{c} General Hospital", "St. Mary's Hospital", "{c} Medical Center", "University Hospital {c}", "{c} Clinic"))
        return [(shape.replace("{c}", city), "ORGANIZATION")]

    def _school(self, _: int) -> list[tuple[str, str]]:
        city = self.random.choice(self.world.cities)
        shape = self.random.choice(("University of {c}", "{c} High School", "{c} University", "{l} Elementary School", "{l} College"))
        return [(shape.replace("{c}", city).replace("{l}", self.random.choice(self.lists.us_last)), "ORGANIZATION")]

    # Time, age, groups

    def _day(self) -> tuple[int, int, int]:
        return self.random.randint(1, 28), self.random.randint(1, 12), self.random.randint(1940, 2026)

    def _date(self, _: int) -> list[tuple[str, str]]:
        day, month, year = self._day()
        name = MONTHS[month - 1]
        th = "th" if 10 < day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
        return [
            (
                self.random.choice(
                    (f"{name} {day}, {year}", f"{day} {name} {year}", f"{name} {day}{th}", f"{day}/{month}/{year}",
                     f"{year}-{month:02}-{day:02}", f"{month:02}/{day:02}/{year % 100:02}", f"{name[:3]} {day}", f"the {day}{th} of {name}",
                     f"{day}.{month}.{year}", f"{self.random.choice(DAYS)}, {name} {day}", f"{name} {year}", f"{self.random.choice(DAYS)}",
                     f"{day:02}-{name[:3]}-{year}")
                ),
                "DATE_TIME",
            )
        ]

    def _dob(self, _: int) -> list[tuple[str, str]]:
        day, month, year = self._day()
        text = self.random.choice(
            (f"{month}/{day}/{year}", f"{year}-{month:02}-{day:02}", f"{day}.{month}.{year}", f"{MONTHS[month - 1]} {day}, {year}", f"{day:02}/{month:02}/{year}")
        )
        return [(text, "DATE_TIME")]

    def _local_date(self, region: str) -> str:
        day, month, year = self._day()
        name = MONTHS_BY[region][month - 1]
        joint = " de " if region in {"es", "pt"} else " "
        return self.random.choice((f"{day}{'.' if region == 'de' else ''}{joint}{name}{joint}{year}", f"{day:02}.{month:02}.{year}", f"{day:02}/{month:02}/{year}"))

    def _month(self, _: int) -> list[tuple[str, str]]:
        return [(self.random.choice(MONTHS), "DATE_TIME")]

    def _year(self, _: int) -> list[tuple[str, str]]:
        return [(str(self.random.randint(1900, 2026)), "DATE_TIME")]

    def _weekday(self, _: int) -> list[tuple[str, str]]:
        return [(self.random.choice(DAYS), "DATE_TIME")]

    def _time(self, _: int) -> list[tuple[str, str]]:
        hour, minute = self.random.randint(1, 23), self.random.randint(0, 59)
        text = self.random.choice((f"{hour}:{minute:02}", f"{(hour - 1) % 12 + 1}:{minute:02} {'AM' if hour < 12 else 'PM'}", f"{(hour - 1) % 12 + 1}pm"))
        return [(text, "DATE_TIME")]

    def _age(self, _: int) -> list[tuple[str, str]]:
        return [(str(self.random.randint(1, 99)), "AGE")]

    def _nrp(self, _: int) -> list[tuple[str, str]]:
        return [(self.random.choice(NATIONS), "NRP")]

    # Identifiers

    def _digits(self, count: int) -> str:
        return "".join(self.random.choice(string.digits) for _ in range(count))

    def _id(self, _: int) -> list[tuple[str, str]]:
        letters = "".join(self.random.choice(string.ascii_uppercase) for _ in range(self.random.randint(1, 3)))
        n = self._digits
        text = self.random.choice(
            (n(self.random.randint(5, 12)), n(self.random.randint(6, 10)), f"{letters}{n(6)}", f"{letters}-{n(5)}", f"{n(3)}-{n(4)}-{n(3)}",
             f"{letters}{n(2)}{letters}{n(3)}", f"{n(4)} {n(4)}", f"{letters}-{n(4)}-{n(2)}", f"MRN-{n(6)}", f"{letters.lower()} {n(3)}", f"CUST{n(8)}")
        )
        return [(text, "ID_NUMBER")]

    def _four(self, _: int) -> list[tuple[str, str]]:
        return [(self._digits(4), "ID_NUMBER")]

    def _plate(self, _: int) -> list[tuple[str, str]]:
        return [(f"{self._initial()}{self._initial()}-{self._initial()}{self._initial()} {self._digits(3)}", "ID_NUMBER")]

    def _handle_text(self) -> str:
        first, last, _ = self._human(self.random.randint(1, 3))
        clean = lambda name: re.sub(r"\W", "", name)  # noqa: E731
        first, last = clean(first) or "user", clean(last) or "x"
        number = self._digits(self.random.choice((0, 2, 2, 4)))
        word = self.random.choice(WORDS)
        shape = self.random.choice(
            (f"{first[0]}{last}", f"{first}.{last}", f"{first}_{last}{number}", f"{first}{number}", f"{word}{first}", f"{last}{first[0]}",
             f"{word}_{self.random.choice(WORDS)}{number}", f"x{word}{number}", f"{first}{last}", f"the_{word}_{first}", f"{first[:4]}{last[:4]}{number}")
        )
        return shape if self.random.random() < 0.25 else shape.lower()

    def _username(self, _: int) -> list[tuple[str, str]]:
        return [(self._handle_text(), "USERNAME")]

    def _homeuser(self, _: int) -> list[tuple[str, str]]:
        return [(self._handle_text().lower(), "USERNAME")]

    def _handle(self, _: int) -> list[tuple[str, str]]:
        return [(self._handle_text().replace(".", "_"), "USERNAME")]

    def _athandle(self, _: int) -> list[tuple[str, str]]:
        return [(f"@{self._handle_text().replace('.', '_')}", "USERNAME")]

    def _password(self, _: int) -> list[tuple[str, str]]:
        pool = string.ascii_letters + string.digits
        word, other = self.random.choice(WORDS), self.random.choice(WORDS)
        n = self._digits
        text = self.random.choice(
            ("".join(self.random.choice(pool) for _ in range(self.random.randint(7, 14))), f"{word.title()}{n(3)}!", f"{word}{n(4)}",
             f"{word}-{other}-{n(2)}", f"{word.title()}@{n(4)}", f"{self._human(1)[0].lower()}{n(4)}".replace(" ", ""), n(6), f"{word[:3]}{n(2)}{other[:3]}",
             "".join(self.random.choice(pool + "!#$%&*+?@^_-") for _ in range(self.random.randint(8, 16))).strip("?-_") + "x", f"{word} {n(3)}")
        )
        return [(text, "PASSWORD")]

    # Structured values: other recognizers find them. A mail or machine address is taught as nothing, so that the model
    # claims no part of it; a phone number looks too much like an identifier for that and is left open.

    def _email(self, number: int) -> list[tuple[str, str]]:
        return [(f"{self._handle_text().lower()}@{self.random.choice(WORDS)}.{self.random.choice(('com', 'org', 'net', 'de', 'io'))}", "")]

    def _phone(self, _: int) -> list[tuple[str, str]]:
        n = self._digits
        return [(self.random.choice((f"+1 {n(3)}-{n(3)}-{n(4)}", f"({n(3)}) {n(3)}-{n(4)}", f"+44 {n(4)} {n(6)}", f"0{n(3)} {n(6)}", f"{n(10)}", f"+49 {n(3)} {n(7)}")), UNSURE)]

    def _ssn(self, _: int) -> list[tuple[str, str]]:
        return [(f"{self._digits(3)}-{self._digits(2)}-{self._digits(4)}", UNSURE)]

    def _ip(self, _: int) -> list[tuple[str, str]]:
        return [(f"192.0.2.{self.random.randint(1, 254)}", "")]

    def _uuid(self, _: int) -> list[tuple[str, str]]:
        return [("-".join("".join(self.random.choice("0123456789abcdef") for _ in range(k)) for k in (8, 4, 4, 4, 12)), "")]

    # Things that are not private

    def _tech(self, _: int) -> list[tuple[str, str]]:
        return [(self.random.choice(TECH), "")]

    def _theorem(self, _: int) -> list[tuple[str, str]]:
        return [(self.random.choice(THEOREMS), "")]

    def _lib(self, _: int) -> list[tuple[str, str]]:
        return [(self.random.choice(LIBS), "")]

    def _word(self, _: int) -> list[tuple[str, str]]:
        return [(self.random.choice(WORDS), "")]

    def _Word(self, _: int) -> list[tuple[str, str]]:
        return [(self.random.choice(WORDS).title(), "")]

    def _camel(self, _: int) -> list[tuple[str, str]]:
        return [("".join(self.random.sample(CAMEL, self.random.randint(1, 3))), "")]

    def _camelfn(self, _: int) -> list[tuple[str, str]]:
        name = "".join(self.random.sample(CAMEL, 2))
        return [(name[0].lower() + name[1:], "")]

    def _snake(self, _: int) -> list[tuple[str, str]]:
        return [("_".join(self.random.sample(SNAKE, self.random.randint(1, 3))), "")]

    def _num(self, _: int) -> list[tuple[str, str]]:
        return [(str(int(10 ** self.random.uniform(0, 5))), "")]

    def _version(self, _: int) -> list[tuple[str, str]]:
        return [(".".join(str(self.random.randint(0, 30)) for _ in range(self.random.randint(2, 3))), "")]

    def _hash(self, _: int) -> list[tuple[str, str]]:
        return [("".join(self.random.choice("0123456789abcdef") for _ in range(self.random.choice((7, 40)))), "")]

    def _errcode(self, _: int) -> list[tuple[str, str]]:
        return [(self.random.choice(("ModuleNotFoundError", "TypeError", "ECONNREFUSED", "E0308", "TS2345", "ORA-00942", "SIGSEGV", "0x80070005", "NullPointerException", "CS0246", "HTTP 502")), "")]

    def _job(self, _: int) -> list[tuple[str, str]]:
        return [(self.random.choice(JOBS), "")]

    def _assistant(self, _: int) -> list[tuple[str, str]]:
        return [(self.random.choice(("Claude", "ChatGPT", "Gemini", "Copilot", "Cursor", "Bard", "Alexa")), "")]

    def _maker(self, _: int) -> list[tuple[str, str]]:
        return [(self.random.choice(("Anthropic", "OpenAI", "Google", "Microsoft", "Amazon")), "ORGANIZATION")]
