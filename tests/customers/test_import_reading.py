"""Whatever people call a table is read; what is none is refused in their words; a broken row costs only itself."""

import csv
import gzip
import io
import zipfile
from datetime import datetime

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from customers.import_reading import MAX_COLUMNS, name_headers, open_table
from customers.import_text_rows import read_text_rows
from customers.import_wording import describe_error
from customers.rules.import_file_error import ImportFileError


@pytest.fixture
def table(tmp_path):
    """``table(content)`` writes a file and recognises it."""

    def make(content, **options):
        path = tmp_path / "file"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return open_table(path, **options)

    return make


def _rows(found):
    return [row for chunk in found.chunks() for row in chunk.rows]


def _broken(found):
    return [(number, code) for chunk in found.chunks() for number, code, _text in chunk.broken]


def _refusal(table, content):
    with pytest.raises(ImportFileError) as caught:
        _rows(table(content))
    words = describe_error(caught.value)
    assert words
    assert "%(" not in words
    return caught.value.code


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(table, delimiter, end):
    lines = [delimiter.join(row) for row in (["id", "name", "city"], ["1", "Ana", "Porto"], ["2", "Bo", "Malmö"])]
    found = table(end.join(lines) + end)
    assert found.headers == ["id", "name", "city"]
    assert _rows(found) == [["1", "Ana", "Porto"], ["2", "Bo", "Malmö"]]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp1252", "cp1250"]
)
def test_encodings(table, encoding):
    letters = "Kjeldsen Größe Ölmühle" if encoding in {"latin-1", "cp1252"} else "Zakład Świętosław"
    text = "id,name\n" + "".join(f"{n},{letters} {n}\n" for n in range(60))
    found = table(text.encode(encoding))
    assert found.headers == ["id", "name"]
    assert _rows(found)[0][1] in {f"{letters} 0"}


def test_names_in_every_script_and_html_stay_as_they_are(table):
    names = ["شركة النور", "ไทยซีล", "株式会社山本", "👍 Seals", "<script>alert(1)</script>", "=1+1", "a" * 300]
    found = table("id,name\n" + "".join(f"{n},{name}\n" for n, name in enumerate(names)))
    assert [row[1] for row in _rows(found)] == names


def test_quotes_hold_delimiters_line_ends_and_quotes(table):
    found = table('id,name\n1,"Smith, ""Jo""\nand sons"\n2,5" pipe\n')
    assert _rows(found) == [["1", 'Smith, "Jo"\nand sons'], ["2", '5" pipe']]
    assert _rows(table("id;name\n'1';'a;b'\n'2';'c'\n")) == [["1", "a;b"], ["2", "c"]]
    assert _rows(table('id,name\n1,"a \\"b\\" c"\n')) == [["1", 'a "b" c']]


def test_a_quote_never_closed_costs_its_own_row_and_no_other(table):
    rest = "".join(f"{n},x\n" for n in range(3, 500))
    found = table('id,name\n1,fine\n2,"open\n' + rest)
    assert _broken(found) == [(3, "open_quote")]
    assert len(_rows(found)) == 1 + 497
    assert _rows(found)[-1] == ["499", "x"]


def test_quotes_that_do_not_match_cost_their_own_row(table):
    found = table('id,name\n1,"a" b"\n2,fine\n')
    assert _broken(found) == [(2, "bad_quotes")]
    assert _rows(found) == [["2", "fine"]]


def test_ragged_rows(table):
    found = table("id,name,city\n1\n2,b,c,d\n3,b,c,,\n\n4,b\n")
    assert _rows(found) == [["1", "", ""], ["3", "b", "c"], ["4", "b", ""]]
    assert _broken(found) == [(3, "too_many_cells")]
    assert [n for chunk in found.chunks() for n in chunk.numbers] == [2, 4, 6]


def test_headers_that_repeat_or_are_empty_get_names(table):
    assert table("amount,amount,,amount\n1,2,3,4\n").headers == ["amount", "amount (2)", "Column 3", "amount (3)"]
    assert name_headers(["a", "a (2)", "a"]) == ["a", "a (2)", "a (3)"]


def test_a_file_without_a_header_keeps_its_first_row(table):
    found = table("1,1997-01-01,11.77\n2,1997-01-02,12.00\n")
    assert found.headers == ["Column 1", "Column 2", "Column 3"]
    assert len(_rows(found)) == 2


@pytest.mark.parametrize(
    ("above", "row"),
    [
        ("Customers 2026,,,\n\n", 3),
        ("Customers 2026\nas of October\n", 3),
        ("Who,,Where,\n", 2),
        ("", 1),
    ],
)
def test_titles_above_the_header_are_passed_over_and_rows_keep_their_numbers(table, above, row):
    found = table(f"{above}number,name,city,country\nK-1,Holm,Vejle,DK\n\nK-2,Bak,Kolding,DK\n")
    assert found.headers == ["number", "name", "city", "country"]
    assert [number for chunk in found.chunks() for number in chunk.numbers] == [row + 1, row + 3]


def test_a_title_over_merged_cells_of_a_workbook_is_passed_over(table):
    def write(book):
        sheet = book.add_worksheet()
        sheet.merge_range("A1:D1", "Customers 2026")
        sheet.write_row(2, 0, ["number", "name", "city", "country"])
        sheet.write_row(3, 0, ["K-1", "Holm", "Vejle", "DK"])

    found = table(_workbook(write))
    assert found.headers == ["number", "name", "city", "country"]
    assert _rows(found) == [["K-1", "Holm", "Vejle", "DK"]]


def test_a_short_first_row_over_data_is_no_title(table):
    assert table("number,name\nK-1,Holm\n").headers == ["number", "name"]
    assert table("Total\n1,2026-01-02,11.77,DK\n2,2026-01-03,12.00,DK\n").headers == ["Total"]


def test_nul_signs_are_taken_out(table):
    assert _rows(table("id,name\n1,a\x00b\n")) == [["1", "ab"]]


def test_excels_own_first_line_names_the_delimiter(table):
    found = table("sep=;\nid;name,given\n1;a,b\n")
    assert found.headers == ["id", "name,given"]
    assert _rows(found) == [["1", "a,b"]]


def test_gzip_is_unpacked_and_a_cut_off_one_is_refused(table):
    packed = gzip.compress(b"id,name\n" + b"".join(b"%d,abc\n" % n for n in range(100_000)))
    assert len(_rows(table(packed))) == 100_000
    assert _refusal(table, packed[: len(packed) // 2]) == "broken_gzip"
    assert _refusal(table, b"\x1f\x8b\x08rubbish") == "broken_gzip"


def test_a_gzip_bomb_is_refused(table):
    assert _refusal(table, gzip.compress(b"id,name\n" + b"0,aaaaaaaaa\n" * 8_000_000, 9)) == "unpacks_too_large"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\n\n,,\n", "empty_file"),
        (bytes(range(256)) * 50, "no_table"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00\x01\x02\x03" * 500, "no_table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 500, "old_excel"),
        (b"PK\x03\x04 not really", "broken_workbook"),
        (b",".join(b"c%d" % n for n in range(MAX_COLUMNS + 1)) + b"\n1,2\n", "too_many_columns"),
        (b"a," * 1_000_000 + b"\n", "header_line_too_long"),
        (b'"id,name\n1,2\n', "header_open_quote"),
    ],
)
def test_what_is_no_table_is_refused_in_words(table, content, code):
    assert _refusal(table, content) == code


def test_a_line_of_many_megabytes_costs_its_own_row(table):
    found = table(b"id,name\n1," + b"x" * 5_000_000 + b"\n2,fine\n")
    assert _broken(found) == [(2, "line_too_long")]
    assert _rows(found) == [["2", "fine"]]


def test_fifty_megabytes_are_read_in_chunks(table):
    line = b"1,1997-01-01,1,11.77," + b"x" * 480 + b"\n"
    found = table(b"customer,date,cds,amount,note\n" + line * 100_000)
    sizes = [len(chunk.rows) for chunk in found.chunks(size=20_000)]
    assert sum(sizes) == 100_000
    assert max(sizes) <= 20_000


# --- workbooks -------------------------------------------------------------------------------------------------------
def _workbook(fill):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "remove_timezone": True}) as book:
        fill(book)
    return out.getvalue()


def test_a_workbook_is_read_as_text_with_the_values_of_its_formulas(table):
    def fill(book):
        book.add_worksheet("empty")
        sheet = book.add_worksheet("orders")
        sheet.write_row(1, 0, ["id", "day", "amount", "sum", "name", "new"])
        sheet.write_number(2, 0, 10482)
        sheet.write_datetime(2, 1, datetime(2026, 3, 4), book.add_format({"num_format": "dd.mm.yyyy"}))  # noqa: DTZ001
        sheet.write_number(2, 2, 11.77)
        sheet.write_formula(2, 3, "=A3*2", None, 20964)
        sheet.write_string(2, 4, "=HYPERLINK(1)")
        sheet.write_boolean(2, 5, True)

    found = table(_workbook(fill))
    assert found.headers == ["id", "day", "amount", "sum", "name", "new"]
    assert _rows(found) == [["10482", "2026-03-04", "11.77", "20964", "=HYPERLINK(1)", "true"]]
    assert [n for chunk in found.chunks() for n in chunk.numbers] == [3]


def _rezip(content, **replaced):
    """The same archive with some members replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            data = replaced.get(entry.filename.rsplit("/", 1)[-1].split(".")[0], old.read(entry))
            new.writestr(entry.filename, data)
    return out.getvalue()


def _one_cell(book):
    book.add_worksheet().write_row(0, 0, ["id", "name"])


def test_a_workbook_that_unpacks_to_sixty_megabytes_is_refused(table):
    bomb = b"<worksheet><sheetData>" + b" " * 60_000_000 + b"</sheetData></worksheet>"
    packed = _rezip(_workbook(_one_cell), sheet1=bomb)
    assert len(packed) < 100_000
    assert _refusal(table, packed) == "unpacks_too_large"


def test_one_cell_at_the_end_of_the_world_is_refused_before_memory_is_asked_for(table):
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
        b"</sheetData></worksheet>"
    )
    assert _refusal(table, _rezip(_workbook(_one_cell), sheet1=sheet)) == "too_many_cells_in_sheet"


def test_damaged_protected_and_other_archives_are_refused(table):
    good = _workbook(_one_cell)
    assert _refusal(table, good[: len(good) // 2]) == "broken_workbook"
    assert _refusal(table, _rezip(good, workbook=b"<oops")) in {"broken_workbook", "empty_file"}
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("orders.csv", "a,b\n1,2\n")
    assert _refusal(table, other.getvalue()) == "zip_no_workbook"
    assert _refusal(table, _workbook(lambda book: book.add_worksheet())) == "empty_file"


def test_an_entity_bomb_in_a_workbook_is_not_unfolded(table):
    sheet = (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>'
    )
    packed = _rezip(_workbook(_one_cell), sheet1=sheet)
    try:
        found = table(packed)
    except ImportFileError:
        return
    assert "aaaa" not in "".join(found.headers)


# --- every dialect ---------------------------------------------------------------------------------------------------
CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=12)


@given(
    rows=st.lists(st.tuples(st.integers(1, 999), CELL, CELL), min_size=1, max_size=30),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_a_spreadsheet_writes_comes_back_cell_by_cell(tmp_path_factory, rows, delimiter, end, quoting, encoding):
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerow(["number", "name of it", "city"])
    writer.writerows([(str(number), *cells) for number, *cells in rows])
    path = tmp_path_factory.mktemp("dialect") / "file.csv"
    path.write_bytes(out.getvalue().encode(encoding))
    found = open_table(path, delimiter=delimiter)
    assert found.headers == ["number", "name of it", "city"]
    assert _broken(found) == []
    assert _rows(found) == [[str(number), *cells] for number, *cells in rows]


def test_a_column_without_a_name_is_kept_where_it_holds_something(table):
    found = table("Number,Name,,\n1,Ana,north,\n2,Bo,,\n")
    assert found.headers == ["Number", "Name", "Column 3"]
    assert _rows(found) == [["1", "Ana", "north"], ["2", "Bo", ""]]
    assert _broken(found) == []


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.4\n1 0 obj\n",
        b"MZ\x90\x00\x03",
        b"<table><tr><td>Number</td></tr></table>",
        b"\xef\xbb\xbf\n<!DOCTYPE html><html></html>",
        b"{\\rtf1\\ansi Number}",
    ],
)
def test_documents_programs_and_pages_are_no_tables_whatever_they_are_called(table, content):
    assert _refusal(table, content) == "no_table"


@given(
    st.lists(st.lists(st.text(alphabet="ab é,;\t", max_size=3), min_size=1, max_size=4), max_size=8),
    st.booleans(),
)
def test_plain_rows_are_cut_by_column_as_they_would_be_one_by_one(tmp_path_factory, rows, are_equal):
    width = 3 if are_equal else None
    lines = ["one,two,three", *(",".join([*row, "", ""][:width]) for row in rows)]
    path = tmp_path_factory.mktemp("plain") / "file"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    shape = {"format": "csv", "encoding": "utf-8", "delimiter": ",", "quote": '"', "backslash": False}
    cut = [row for block in read_text_rows(path, shape) for row in block]
    assert cut == list(csv.reader(lines))


def test_plain_and_quoted_parts_of_a_file_come_in_their_order(table):
    plain = [[f"{n}", "Ana", "Porto"] for n in range(40_000)]
    quoted = [["x", 'Bo "the" Great', "Malmö"], ["", "", ""], ["y", "Ci", ""]]
    with io.StringIO() as written:
        csv.writer(written, lineterminator="\n").writerows([["id", "name", "city"], *plain, *quoted, *plain])
        found = table(written.getvalue())
    chunks = list(found.chunks(size=30_000))
    assert [row for chunk in chunks for row in chunk.rows] == [*plain, *(row for row in quoted if any(row)), *plain]
    assert [cell for chunk in chunks for cell in chunk.column(0)] == [row[0] for chunk in chunks for row in chunk.rows]
    numbers = [number for chunk in chunks for number in chunk.numbers]
    assert numbers == [*range(2, 40_003), *range(40_004, 80_005)]
