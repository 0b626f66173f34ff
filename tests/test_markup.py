"""XML を元のバイト列の位置として読み、触らない所を一字も変えない。"""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetgen.xlsx.markup import MarkupError, Node, Splice, normalise, parse

XML = b"""<?xml version='1.0' encoding='UTF-8'?>
<!-- <row r="9"/> --><x:sheet xmlns:x="urn:s" xmlns:r='urn:r' a="1 > 0" b='"/>'><?pi <c> ?>
<x:row r='1' ><x:c>&lt;c&gt;<![CDATA[<c r="2">]]>&#x3042;</x:c><x:c/><x:c   /></x:row >
<x:row r="2"></x:row><r:row xmlns:r="urn:other"/></x:sheet><!-- end -->"""

NAMES = st.sampled_from(["a", "b", "x:c", "x:d"])
TEXTS = st.text(
    st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), max_size=8
)


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@st.composite
def elements(draw: st.DrawFn, depth: int = 3) -> str:
    name = draw(NAMES)
    quote = draw(st.sampled_from("'\""))
    value = escaped(draw(TEXTS)).replace(quote, "&#34;" if quote == '"' else "&#39;")
    attributes = draw(st.sampled_from(["", f" k={quote}{value}{quote}", f"\n k = {quote}>{quote}"]))
    if depth == 0 or draw(st.booleans()):
        return draw(st.sampled_from([f"<{name}{attributes}/>", f"<{name}{attributes} ></{name} >"]))
    inner = draw(
        st.lists(
            st.one_of(
                elements(depth=depth - 1),
                TEXTS.map(escaped),
                st.sampled_from(["<!-- <a> -->", "<?pi <b/> ?>", "<![CDATA[<a k=']'>]]>"]),
            ),
            max_size=4,
        )
    )
    return f"<{name}{attributes}>{''.join(inner)}</{name}>"


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    return f'<root xmlns:x="urn:x">{draw(elements())}{draw(elements())}</root>'.encode()


def shape(node: Node) -> object:
    return (node.uri, node.local, len(node.children), [shape(child) for child in node.children])


def other_shape(element: ElementTree.Element) -> object:
    uri, _, local = element.tag.rpartition("}")
    return (uri.lstrip("{"), local, len(element), [other_shape(child) for child in element])


@given(documents())
def test_no_change_gives_the_same_bytes(data: bytes) -> None:
    assert Splice(data).result() == data


@given(documents())
def test_positions_cut_whole_elements(data: bytes) -> None:
    root = parse(data)
    assert shape(root) == other_shape(ElementTree.fromstring(data))
    for node in root.walk():
        tag = data[node.start : node.open_end]
        assert tag.startswith(f"<{node.qname}".encode())
        assert tag.endswith(b">")
        assert node.is_empty_tag == tag.endswith(b"/>")
        if not node.is_empty_tag:
            assert data[node.close_start : node.end].startswith(f"</{node.qname}".encode())


@given(documents(), TEXTS)
def test_filling_changes_one_element_only(data: bytes, text: str) -> None:
    for number, node in enumerate(parse(data).walk()):
        splice = Splice(data)
        splice.fill(node, escaped(text).encode())
        changed = splice.result()
        filled = list(parse(changed).walk())[number]
        assert filled.text == text.replace("\r", "\n")
        assert filled.attrs == node.attrs
        assert changed[: node.start] == data[: node.start]
        assert changed.endswith(data[node.end :])


@given(documents(), st.text(st.characters(exclude_categories=["Cs"]), max_size=10))
def test_retagged_value_is_read_back(data: bytes, value: str) -> None:
    value = "".join(c for c in value if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff"))
    for number, node in enumerate(parse(data).walk()):
        splice = Splice(data)
        splice.retag(node, new=value)
        again = list(parse(splice.result()).walk())[number]
        assert again.attrs == {**node.attrs, "new": value}
        assert again.is_empty_tag == node.is_empty_tag


def test_prefixes_quotes_and_what_only_looks_like_tags() -> None:
    root = parse(XML)
    assert (root.prefix, root.local, root.uri) == ("x:", "sheet", "urn:s")
    assert root.attrs["a"] == "1 > 0"
    assert root.attrs["b"] == '"/>'
    first, second, third = root.all("row")
    assert [cell.is_empty_tag for cell in first.all("c")] == [False, True, True]
    assert first.all("c")[0].text == '<c><c r="2">あ'
    assert (second.is_empty_tag, third.is_empty_tag) == (False, True)
    assert (second.uri, third.uri) == ("urn:s", "urn:other")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-8"])
def test_encodings_of_a_package(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?><a b="値">あ𠮷</a>'
    data = normalise(text.encode(encoding))
    root = parse(data)
    assert (root.text, root.attrs) == ("あ𠮷", {"b": "値"})
    assert data[root.open_end : root.close_start].decode() == "あ𠮷"


@pytest.mark.parametrize(
    "data",
    [
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b"",
        b"<a>",
        b"<a></b>",
        b"<a>&nbsp;</a>",
        b"PK\x03\x04",
    ],
)
def test_what_is_not_plain_xml_is_refused(data: bytes) -> None:
    with pytest.raises(MarkupError):
        parse(data)


def test_other_encodings_are_not_guessed() -> None:
    declared = '<?xml version="1.0" encoding="ISO-8859-1"?><a>{}</a>'
    assert parse(declared.format("plain").encode()).text == "plain"
    assert parse(declared.format("あ").encode()).text == "あ"
    with pytest.raises(MarkupError):
        parse(declared.format("é").encode("latin-1"))


def test_references_in_attributes_survive_retagging() -> None:
    data = b'<a p="1&#10;2&#9;3&#13;4 &quot;&lt;&amp;"/>'
    node = parse(data)
    splice = Splice(data)
    splice.retag(node, q="x")
    assert parse(splice.result()).attrs["p"] == '1\n2\t3\r4 "<&'


def test_insertions_at_one_place_keep_their_order() -> None:
    splice = Splice(b"<a><b/></a>")
    for piece in (b"1", b"2", b"3"):
        splice.insert(3, piece)
    assert splice.result() == b"<a>123<b/></a>"


def test_a_slot_stays_between_the_constants() -> None:
    slot = object()
    splice = Splice(b"<a><b/></a>")
    splice.insert(3, b"x", slot, b"", b"y")
    assert splice.pieces() == [b"<a>x", slot, b"y<b/></a>"]
