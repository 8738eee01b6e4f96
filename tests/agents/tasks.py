"""What agents are asked to do in the repository: tasks of several turns, each with another kind of text.

Agents number lines in ways of their own, so a pattern looks anywhere in a line.
"""

from __future__ import annotations

from tests.agents.steps import Edit, Read, Run, Task, Write, each

__all__ = ["TASKS"]

_TEAM = {"name": r'"name": "(.+)"', "mail": r'"email": "(.+)"', "phone": r'"phone": "(.+)"'}
_AUTHORS = {"author": r"^author (.+)$", "writer": r"^author (.+) <", "box": r"^author .+ <(.+)>$"}

TASKS = (
    Task(
        "headers",
        "Name the owner of the documents in the header of the cart.",
        {
            "holder": r"# Copyright .c. 2024 (.+)$",
            "owner": r"/docs/ +(.+)$",
            "second": r"[*] +\S+ (\S+)$",
            "todo": r"TODO.(.+?).: round",
        },
        (
            Read("CODEOWNERS"),
            Read("src/cart.py"),
            Edit(
                "src/cart.py",
                "# Copyright (c) 2024 «holder»",
                "# Copyright (c) 2024-2026 «holder»\n# Documents: «owner»",
            ),
            Run("head -4 src/cart.py && git diff"),
            Edit("src/cart.py", "TODO(«todo»): round", "TODO(«second», «owner»): round"),
        ),
        "The documents belong to «owner».",
    ),
    Task(
        "authors",
        "Write down who worked on this.",
        _AUTHORS,
        (
            Run("git log --reverse --format='author %an <%ae>'"),
            Write("AUTHORS", each("«author»\n")),
            Run("git shortlog -sne HEAD | cat"),
            Write(
                "docs/CONTRIBUTORS.md",
                each("| «writer» | [write](mailto:«box») | <«box»> |\n", "| who | mail | link |\n| - | - | - |\n"),
            ),
            Run("git log --author='«writer»' --format='found %an' >> AUTHORS"),
            Run("cat AUTHORS docs/CONTRIBUTORS.md"),
        ),
        "It began with «author».",
    ),
    Task(
        "markup",
        "Make a page of the team.",
        {**_TEAM, "footer": r"<footer title=.(.+).>$"},
        (
            Run("cat data/team.json"),
            Write(
                "src/Team.jsx",
                each(
                    '    <Member name="«name»" mail={\'«mail»\'} onCall={() => dial("«phone»")} />\n',
                    'export const Team = () => (\n  <ul className="team">\n',
                    "  </ul>\n);\n",
                ),
            ),
            Write(
                "public/team.html",
                each(
                    '<li title="«name»"><a href=\'mailto:«mail»\'>«name»</a> <a href="tel:«phone»">«phone»</a>'
                    "<img alt='«name»' src=x.png data-mail=«mail»></li>\n",
                    "<!doctype html>\n<ul>\n",
                    "</ul>\n",
                ),
            ),
            Read("src/Footer.jsx"),
            Edit("src/Footer.jsx", '<footer title="«footer»">', "<footer title=\"«name»\" data-was='«footer»'>"),
            Run("grep -c Member src/Team.jsx; git diff"),
        ),
        "The page shows «name».",
    ),
    Task(
        "sql",
        "Put the customers into a database.",
        {
            "name": r"^\d,(.+?),",
            "mail": r"^\d,.+?,(.+?),",
            "card": r"^1,.+,(.+)$",
            "row": r"^row (.+)$",
        },
        (
            Run("cat data/customers.csv"),
            Write(
                "db/seed.sql",
                each(
                    "INSERT INTO customers VALUES ('«name»', '«mail»');\n",
                    "CREATE TABLE customers (name TEXT, email TEXT);\n",
                ),
            ),
            Run(
                "python3 - <<'PY'\nimport sqlite3\ndb = sqlite3.connect(':memory:')\n"
                "db.executescript(open('db/seed.sql').read())\n"
                "for row in db.execute('SELECT * FROM customers ORDER BY rowid'):\n    print('row', *row)\nPY"
            ),
            Write("db/rows.txt", each("«row»\n")),
            Run(
                "echo \"UPDATE customers SET name = '«name»' WHERE email = '«mail»'; -- «card»\" >> db/seed.sql"
                " && tail -1 db/seed.sql"
            ),
        ),
        "The first row is «row».",
    ),
    Task(
        "tests",
        "Mend the failing test.",
        {
            "got": r"AssertionError: .(.+?). != .+$",
            "wanted": r"AssertionError: .+? != .(.+).$",
            "test": r"FAIL: (test_\w+)",
        },
        (
            Read("tests/test_users.py"),
            Run("python3 -m unittest tests.test_users 2>&1"),
            Edit("tests/test_users.py", '"«wanted»")\n', '"«got»")\n'),
            Run("python3 -m unittest -v tests.test_users 2>&1"),
            Write("CHANGES.md", "- `«test»` wants «got», not «wanted»\n"),
        ),
        "«test» wanted «got».",
    ),
    Task(
        "packages",
        "Swap author and contributors of the package.",
        {"other": r'^ +"([^"]+<.+>)",?$', "name": r'^ +"([^"]+) <.+>",?$', "was": r"authors = ..name = .(.+?)., email"},
        (
            Run("npm pkg get author contributors"),
            Run('npm pkg set author="«other»" && npm pkg get author'),
            Run("npm ls 2>&1; python3 -m pip --version | cut -c1-4"),
            Read("pyproject.toml"),
            Edit("pyproject.toml", 'name = "«was»"', 'name = "«name»"'),
            Run("cat package.json pyproject.toml"),
        ),
        "The author is «other» now.",
    ),
    Task(
        "environment",
        "Bring the settings to the containers.",
        {
            "user": r"DB_USER=(.+)$",
            "password": r"DB_PASSWORD=(.+)$",
            "host": r"DB_HOST=(.+)$",
            "key": r"API_KEY=(.+)$",
        },
        (
            Run("cat .env"),
            Write(
                "docker-compose.yml",
                "services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_USER: «user»\n"
                '      POSTGRES_PASSWORD: "«password»"\n      API_KEY: \'«key»\'\n    extra_hosts: ["db:«host»"]\n',
            ),
            Read("config/settings.ini"),
            Edit("config/settings.ini", "password = changeme", "password = «password»\nhost = «host»"),
            Run("grep -rn postgres --include=*.yml --include=*.ini . | sort"),
            Run('export PGPASSWORD=«password»; echo "$PGPASSWORD:«user»@«host»" > config/pgpass'),
        ),
        "The database is postgres at «host».",
    ),
    Task(
        "mail",
        "Answer the mail.",
        {
            "from": r"From: (.+)$",
            "sender": r"From: (.+) <",
            "to": r"To: (.+)$",
            "copy": r"Cc: (.+)$",
            "about": r"Subject: Refund of (.+)$",
            "iban": r"refund to (.+)[.]$",
            "phone": r"number is (.+), her",
            "ssn": r"SSN (.+)[.]$",
            "known": r"^known (.+)$",
        },
        (
            Read("mail/thread.eml"),
            Write(
                "mail/reply.eml",
                "From: «to»\nTo: «from»\nCc: «copy»\nSubject: Re: Refund of «about»\n\nDear «sender»,\n\n"
                "«about»'s refund went to «iban».\n",
            ),
            Write("mail/contacts.json", '{\n  "«about»": {"phone": "«phone»", "ssn": "«ssn»"}\n}\n'),
            Run("python3 -c \"import json; print('known', *json.load(open('mail/contacts.json')))\""),
            Run("printf '%s\\n' \"«known»\" '«copy»' >> mail/known.txt"),
        ),
        "I wrote to «from».",
    ),
    Task(
        "history",
        "Make a fix, with the right trailers.",
        {
            "holder": r"# Copyright .c. 2024 (.+)$",
            "asked": r"The cart[.] (.+) about",
            "reviewer": r"Reviewed-by: (.+)$",
            "author": r"^Author: +(.+)$",
            "log": r"^(Reviewed-by: .+)$",
        },
        (
            Run("git show --format=fuller --stat HEAD~3 | cat"),
            Run("head -2 src/cart.py"),
            Run(
                "cat > fix.patch <<'EOF'\n--- a/src/cart.py\n+++ b/src/cart.py\n@@ -1,2 +1,3 @@\n"
                " # Copyright (c) 2024 «holder»\n+# Reviewed by «reviewer»\n"
                ' """The cart. «asked» about discounts."""\nEOF\n'
                "git apply fix.patch && rm fix.patch && git diff"
            ),
            Run(
                "git commit -q -a -m 'Name the reviewer' -m 'Reviewed-by: «reviewer»\nCo-authored-by: «author»'"
                " && git log -1 --format=%B"
            ),
            Run("git blame -L1,3 src/cart.py"),
            Write("CHANGES.md", "- «log»\n"),
        ),
        "Reviewed by «reviewer».",
    ),
    Task(
        "code",
        "Rename things in the sources.",
        {
            "friend": r"return names.+ == .(.+)[\"]; };$",
            "index": r"return names(.+) == ",
            "box": r"std::string.[\"](.+)[\"]",
            "default": r"person.[.]name .: .(.+).$",
            "writer": r"Written by (.+)$",
            "user": r"def (.+)_login",
        },
        (
            Read("src/session.cpp"),
            Edit(
                "src/session.cpp",
                'return names«index» == "«friend»"; };',
                'return names[i-1] != "«friend» <«box»>"; };',
            ),
            Read("src/Person.kt"),
            Edit("src/Person.kt", 'person?.name ?: "«default»"', 'person?.name ?: "«writer»"'),
            Run("grep -rn '_login' src"),
            Run(
                "sed -i 's/«user»/shop_user/g' src/«user»_client.py && mv src/«user»_client.py src/client.py"
                " && cat src/client.py"
            ),
        ),
        "Sessions are by «writer».",
    ),
    Task(
        "logs",
        "Who could not log in?",
        {"user": r"^\S+ - (\S+) .+ 401 ", "address": r"^(\S+) - \S+ .+ 401 "},
        (
            Run("cat logs/access.log"),
            Write("docs/incident.md", each("| **«user»** | `«address»` |\n", "| user | address |\n| --- | --- |\n")),
            Run(
                each(
                    "iptables -A INPUT -s «address» -j DROP  # «user»\n",
                    "cat > block.sh <<'EOF'\n",
                    "EOF\nsh -n block.sh && cat block.sh",
                )
            ),
            Run("grep -c ' - «user» ' logs/access.log"),
            Run("awk '$3 == \"«user»\" {print $1}' logs/access.log > docs/from.txt; cat docs/from.txt"),
        ),
        "«user» could not.",
    ),
    Task(
        "folders",
        "Map the people to their addresses, and list the files.",
        {**_AUTHORS, "mine": r"^mail (.+)$", "file": r"^file (.+)$", "client": r"^file (.+_client[.]py)$"},
        (
            Run("git config user.name; git config user.email | sed 's/^/mail /'; pwd"),
            Run("git log --format='author %an <%ae>'"),
            Write(".mailmap", each("«author» <me@example.com>\n")),
            Run("echo '«writer» <«mine»>' >> .mailmap; ls -la src"),
            Run("find . -path ./.git -prune -o -type f -print | sort | sed 's/^/file /'"),
            Write("docs/tree.txt", each("«file»\n")),
            Run("wc -c '«client»' > docs/sizes.txt; cat docs/sizes.txt"),
        ),
        "You are «mine».",
    ),
    Task(
        "unicode",
        "Sum up the notes of the meeting.",
        {
            "first": "参加者:(.+?)、",
            "second": "参加者:.+?、(.+?)。",
            "box": "。(.+?)。🚀",
            "payer": r"[*]{2}(.+)[*]{2} pays",
            "shipper": r"_(.+)_ ships",
        },
        (
            Read("docs/notes.md"),
            Write(
                "docs/summary.md",
                "# 議事録🎉\n\n«first»さんと«second»さん(«box»)。\n\n** «payer» ** — „«shipper»“ 🚀«first»🎉\n",
            ),
            Edit("docs/notes.md", "**«payer»** pays", "**«shipper»** and **«payer»** pay"),
            Run("cat docs/notes.md docs/summary.md"),
        ),
        "«shipper» ships.",
    ),
    Task(
        "links",
        "Write how to contribute.",
        {
            "source": r"Source: (.+)$",
            "issues": r"Issues: (.+)$",
            "clone": r"Clone: (.+)$",
            "lead": r"A shop by .(.+?).[(]mailto",
            "box": r"mailto:(.+?)[)] and",
        },
        (
            Read("README.md"),
            Write(
                "CONTRIBUTING.md",
                "# Contributing\n\nFork <«source»>, see [the issues](«issues»),\nor write to [«lead»](mailto:«box»).\n",
            ),
            Run("git remote add upstream «clone» && git remote -v"),
            Run("git remote add web «source».git && git config --get-regexp url"),
            Edit("README.md", "- Clone: «clone»", "- Clone: `git clone «clone»`\n- Source: «source»"),
        ),
        "Ask «lead».",
    ),
)
