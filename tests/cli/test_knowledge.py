"""`frontdesk knowledge`, `products`, `orders`: files of every kind, again and again, bad ones named."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

Here = Callable[..., Result]

JSONL = [
    {
        "id": "returns",
        "title": "Returns",
        "body": "Within **30 days**.\r\n\r\n Shoes too. ",
        "questions": ["How long?"],
    },
    {"question": "Where are you?", "answer": "In Harbour Street.", "audience": "internal", "extra": 1},
    {"title": "Empty", "body": " "},
]


def lines(*records: Any) -> str:
    return "\n".join(each if isinstance(each, str) else json.dumps(each) for each in records)


def word(text: str) -> bytes:
    """A Word document with a heading and a paragraph, and nothing else."""
    main = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    kinds = "http://schemas.openxmlformats.org/package/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    xml = (
        f'<w:document xmlns:w="{main}"><w:body><w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Pickup'
        f"</w:t></w:r></w:p><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>"
    )
    styles = (
        f'<w:styles xmlns:w="{main}"><w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/>'
        "</w:style></w:styles>"
    )
    types = (
        f'<Types xmlns="{kinds}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-'
        'package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.'
        'openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
    )
    link = f'<Relationship Id="1" Type="{office}" Target="word/document.xml"/>'
    links = f'<Relationships xmlns="{kinds}/relationships">{link}</Relationships>'
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        parts = {
            "[Content_Types].xml": types,
            "_rels/.rels": links,
            "word/document.xml": xml,
            "word/styles.xml": styles,
        }
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def pdf(text: str) -> bytes:
    writer = PdfWriter()
    page = writer.add_blank_page(300, 300)
    font = DictionaryObject({NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1")})
    font[NameObject("/BaseFont")] = NameObject("/Helvetica")
    fonts = DictionaryObject({NameObject("/F1"): font})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    stream = DecodedStreamObject()
    stream.set_data(f"BT /F1 12 Tf 20 200 Td ({text}) Tj ET".encode())
    page[NameObject("/Contents")] = writer._add_object(stream)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


@pytest.fixture
def here(invoke_on: Here) -> Here:
    """The command, on a database that is migrated already."""
    return invoke_on


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a file of each kind, and bad ones."""
    folder = tmp_path / "help"
    (folder / "sub").mkdir(parents=True)
    (folder / ".hidden").mkdir()
    (folder / ".hidden" / "notes.md").write_text("# Not this")
    (folder / "sub" / "delivery.md").write_text(
        "---\nquestions:\n- How fast?\ntags: [delivery]\n---\n# Delivery\n\nTwo days.\n"
    )
    page = "<html lang=de><title>Garantie</title><nav>Menü</nav><main><h1>Garantie</h1><p>Zwei <b>Jahre</b>.</main>"
    (folder / "warranty.html").write_text(page)
    (folder / "faq.csv").write_text("question;answer;language\nKann ich umtauschen?;Ja.;de\n")
    (folder / "pickup.docx").write_bytes(word("Bring your receipt."))
    (folder / "manual.pdf").write_bytes(pdf("Press the button for five seconds."))
    (folder / "broken.pdf").write_bytes(b"no PDF")
    (folder / "broken.docx").write_bytes(b"no ZIP")
    (folder / "broken.md").write_bytes(b"\xff\xfe\xfa")
    (folder / "photo.png").write_bytes(b"x")
    return folder


def test_a_jsonl_file_goes_in_as_it_is_and_comes_out_again(here: Here, tmp_path: Path) -> None:
    file = tmp_path / "articles.jsonl"
    file.write_text(lines(*JSONL, "nonsense", JSONL[0]))
    done = here("knowledge", "import", str(file), "--later")
    assert (done.exit_code, done.stdout.strip()) == (1, "2 added, 0 changed, 0 unchanged, 0 gone, 3 refused")
    for words in ("line 3: body is empty", "line 4: is not JSON", "line 5: there is another", "not taken: extra"):
        assert words in done.stderr
    out = [json.loads(line) for line in here("knowledge", "export").stdout.splitlines()]
    assert {each["id"]: each["body"] for each in out}["returns"] == JSONL[0]["body"]
    assert {each["audience"] for each in out} == {"public", "internal"}
    again = tmp_path / "again.jsonl"
    again.write_text(lines(*out))
    assert here("knowledge", "import", str(again), "--later").exit_code == 0


def test_files_of_every_kind_are_read_and_bad_ones_named(here: Here, folder: Path) -> None:
    done = here("knowledge", "import", str(folder), "--later")
    assert (done.exit_code, done.stdout.strip()) == (1, "5 added, 0 changed, 0 unchanged, 0 gone, 3 refused")
    for words in ("broken.pdf: is no PDF", "broken.docx: is no Word", "broken.md: is not UTF-8", "photo.png: files of"):
        assert words in done.stderr
    out = {each["id"]: each for each in map(json.loads, here("knowledge", "export").stdout.splitlines())}
    assert out["sub-delivery"]["questions"] == ["How fast?"]
    assert out["sub-delivery"]["body"] == "# Delivery\n\nTwo days.\n"
    assert (out["warranty"]["language"], out["warranty"]["body"]) == ("de", "# Garantie\n\nZwei **Jahre**.")
    assert out["pickup"]["body"] == "# Pickup\n\nBring your receipt."
    assert "Press the button for five seconds." in out["manual"]["body"]


def test_an_import_again_changes_what_changed_and_names_what_is_gone(here: Here, folder: Path) -> None:
    here("knowledge", "import", str(folder), "--later")
    (folder / "sub" / "delivery.md").unlink()
    (folder / "faq.csv").write_text("question;answer;language\nKann ich umtauschen?;Ja, 14 Tage.;de\n")
    done = here("knowledge", "import", str(folder), "--later")
    assert done.stdout.strip() == "0 added, 1 changed, 3 unchanged, 1 gone, 3 refused"
    assert "gone: sub-delivery" in done.stderr
    listed = here("knowledge", "list", "--text", "umtauschen", "--json").stdout
    article = json.loads(listed)
    assert (article["version"], article["body"]) == (2, "Ja, 14 Tage.")
    assert "Ja." in here("knowledge", "show", article["id"], "--version", "1").stdout
    assert here("knowledge", "show", "nothing").exit_code == 2


def test_vectors_are_made_unless_they_are_left_for_later(here: Here, tmp_path: Path) -> None:
    file = tmp_path / "articles.jsonl"
    file.write_text(lines(JSONL[0]))
    assert here("knowledge", "import", str(file)).exit_code == 0
    assert "1 of 1 articles" in here("knowledge", "vectors").stdout


@pytest.mark.parametrize("place", ["nowhere", "http://127.0.0.1:9/sitemap.xml"])
def test_what_cannot_be_read_is_said_in_a_line(here: Here, place: str) -> None:
    done = here("knowledge", "import", place, "--later")
    assert done.exit_code in (1, 2)
    assert "nowhere is no file or folder" in done.stderr or "internal addresses are not allowed" in done.stderr


def test_products_and_orders_come_from_csv_and_jsonl(here: Here, tmp_path: Path) -> None:
    products = tmp_path / "products.csv"
    products.write_text(
        "number,name,aliases,attributes\nLS-8,LavaStar 8,washer|LavaStar,capacity: 8 kg|colour: white\n,x,,\n"
    )
    done = here("products", "import", str(products))
    assert (done.exit_code, done.stdout.strip()) == (1, "1 added, 0 changed, 0 unchanged, 1 refused")
    product = json.loads(here("products", "list", "--json").stdout)
    assert [(each["name"], each["value"], each["unit"]) for each in product["attributes"]] == [
        ("capacity", "8", "kg"),
        ("colour", "white", ""),
    ]
    orders = tmp_path / "orders.csv"
    orders.write_text("number,state,lines,expected_on\n7,shipped,2 x LS-8 LavaStar 8,2026-06-01\n8,lost,,\n9,,,soon\n")
    done = here("orders", "import", str(orders))
    assert "line 3: state is one of received" in done.stderr
    assert "line 4: expected_on is no date" in done.stderr
    order = json.loads(here("orders", "show", "7").stdout)
    assert (order["state"], order["lines"]) == ("shipped", [{"product": "LS-8", "name": "LavaStar 8", "quantity": 2}])
    assert here("orders", "show", "8").exit_code == 2


def test_a_check_asks_follow_ups_within_their_conversation(here: Here, tmp_path: Path) -> None:
    articles, questions = tmp_path / "articles.jsonl", tmp_path / "questions.jsonl"
    parking = {
        "id": "parking",
        "title": "Parking",
        "body": "Our car park is free for two hours. Then an hour costs 3 euros.",
    }
    tents = {"id": "tents", "title": "Hiring tents", "body": "A tent costs 12 euros a day. The deposit is 100 euros."}
    articles.write_text(lines(parking, tents))
    here("knowledge", "import", str(articles))
    before = [{"role": "customer", "text": "Can I park my car at your place?"}, {"role": "service", "text": "Yes."}]
    asked = {"question": "And what does it cost?", "expects": ["parking"], "conversation": before}
    questions.write_text(lines(asked, {"question": "Who won the world cup?", "expects": "none", "conversation": []}))
    done = json.loads(here("knowledge", "check", str(questions), "--json").stdout)
    assert (done["hit@1"]["share"], done["silent"]["share"], done["wrong"]["of"]) == (1.0, 1.0, 2)
    assert here("knowledge", "check", str(questions)).stdout.splitlines()[0].startswith("hit@1    1.000 of 1, ")
    questions.write_text(lines(asked | {"conversation": [{"role": "bot", "text": "Hi"}]}))
    assert "line 1 is not" in here("knowledge", "check", str(questions)).stderr
