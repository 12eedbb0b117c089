"""Texts of URLs: what the OASIS ABNF allows is read, everything else is refused with its position."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontdesk.edges.odata.catalogue import SERVICES
from frontdesk.edges.odata.errors import ODataError
from frontdesk.edges.odata.expressions.parsing import parse
from frontdesk.edges.odata.protocol.options import Options, options_of
from frontdesk.edges.odata.queries.query import query_of
from frontdesk.model.querying import Query

ADMIN = SERVICES["admin"]
UUID = "01234567-89ab-cdef-0123-456789abcdef"


def query(entity: str = "CustomerInteraction", /, **options: str) -> Query:
    aliases = {f"@{name[1:]}": text for name, text in options.items() if name.startswith("_")}
    system = {f"${name}": text for name, text in options.items() if not name.startswith("_")}
    return query_of(Options(system, aliases), ADMIN, ADMIN.entities[entity])


FILTERS = """
ID eq 1
ID  eq  1
ID\teq\t1
ID ne 1
ID gt -1 and ID ge 0 and ID lt 9 and ID le 9
ID eq 1 or ID eq 2 and ID eq 3
(ID eq 1)
( ID eq 1 )
((ID eq 1 or ID eq 2) and title ne null)
not (ID eq 1)
not contains(title,'x')
not(contains(title,'x'))
not title eq 'x'
title eq 'O''Neil'
title eq ''
title eq null
null eq title
title eq 'a%b_c\\d'
title eq 'schöne Grüße, 您好'
contains(title,'x')
contains( title , 'x' )
contains(tolower(title),'x')
startswith(title,'x') eq true
endswith(title,'x') or startswith(title,'y')
length(title) gt 10
indexof(title,'x') eq 0
substring(title,1) eq 'x'
substring(title,1,2) eq 'x'
tolower(title) eq 'x'
toupper(title) eq 'X'
trim(title) eq 'x'
concat(title,'x') eq 'xx'
concat(concat(title,', '),summary) eq 'a, b'
year(createdAt) eq 2026
month(createdAt) eq 3 and day(createdAt) eq 29
hour(createdAt) eq 1 and minute(createdAt) eq 2 and second(createdAt) eq 3
fractionalseconds(createdAt) lt 0.5
date(createdAt) eq 2026-03-29
time(createdAt) lt 12:30:00
time(createdAt) lt 12:30
createdAt ge 2026-03-29T00:30:00Z
createdAt ge 2026-03-29T00:30Z
createdAt ge 2026-03-29T00:30:00.123456789Z
createdAt ge 2026-03-29T00:30:00+02:00
createdAt ge 2026-03-29
createdAt lt now()
createdAt gt now() sub duration'P7DT12H'
createdAt lt maxdatetime() and createdAt gt mindatetime()
totaloffsetminutes(createdAt) eq 0
ID add 1 eq 2
ID sub 1 eq 2
ID mul 2 add 1 eq 7
ID div 2 eq 1
ID divby 2 eq 0.5
ID mod 2 eq 1
-ID eq -1
-(ID) lt 0
ID eq 1.5
ID eq 1e3
ID eq 1.5E-3
ID lt 9223372036854775807
round(ID divby 2) eq 1 and floor(ID divby 2) eq 1 and ceiling(ID divby 2) eq 1
ID in (1,2,3)
ID in ( 1 , 2 )
status_code in ('NW')
status_code in ('NW','IP') and not (category_code in ('SUP'))
status_code in ["NW","IP"]
status/name eq 'New'
customer/name eq 'x' or customer eq null
customer ne null
$it/ID eq 1
ID eq @x
title eq @nothing
inboundMsgs/any()
inboundMsgs/any(m:m/sentiment eq 'Negative')
inboundMsgs/any( m : m/sentiment eq 'Negative' )
inboundMsgs/all(m:m/sentiment eq 'Negative' or m/sentiment eq null)
inboundMsgs/any(m:m/outboundServiceMsg/any(o:o/sequence eq m/sequence and o/interaction_ID eq ID))
inboundMsgs/any(m:m/contact/customer/name eq 'x')
inboundMsgs/$count gt 2
inboundMsgs/$count($filter=sentiment eq 'Positive') ge 1
cast(ID,Edm.String) eq '1'
true
true eq false
TRUE eq true
contains(title,'x') and true
startswith(title,null)
""".strip("\n").split("\n")

NO_FILTERS = """
ID eq1|4
IDeq 1|6
ID = 1|4
ID == 1|4
ID eq|4
ID|1
eq 1|4
ID eq 1 and|9
ID eq 'x'|7
ID eq x|7
title eq 1|10
title eq "x"|10
title eq 'x|10
title eq 'it's'|14
nope eq 1|1
status/nope eq 1|8
nope/name eq 'x'|1
title/x eq 1|7
inboundMsgs/sentiment eq 'x'|1
inboundMsgs eq null|1
inboundMsgs/any(sentiment eq 'x')|27
inboundMsgs/any(m:m/nope eq 1)|21
inboundMsgs/any(m:x/sentiment eq 'x')|19
inboundMsgs/all()|13
inboundMsgs/any(m:m/outboundServiceMsg/any(m:true))|40
status/any(s:s/code eq 'x')|8
foo(title)|1
substringof('x',title)|1
contains(title)|1
contains(title,'x','y')|1
contains(ID,'x')|10
contains(title 'x')|16
contains(title,'x'|19
length(title)|1
length(title) eq 'x'|18
year(title) eq 1|6
title add 'x' eq 'y'|1
ID div 0 eq 1|8
-title eq 'x'|1
ID eq 1)|8
(ID eq 1|9
()|2
ID eq 1;ID eq 2|8
ID eq 2026-99-99|7
createdAt eq 2026-13-29T00:30:00Z|14
createdAt eq '2026-01-01'|14
ID in 1|7
ID in (1,'x')|10
ID in (1,)|10
not ID|5
ID and true|1
cast(title,Edm.Nonsense) eq 'x'|12
@x eq 1 eq|9
title eq binary'T0RhdGE'|10
ID eq 1 or|9
1eq 1|1
ID gt null2|7
""".strip("\n").split("\n")  # fmt: skip


@pytest.mark.parametrize("text", FILTERS)
def test_a_filter_of_the_abnf_is_read(text: str) -> None:
    assert query(filter=text, _x="3").where


@pytest.mark.parametrize("line", NO_FILTERS)
def test_what_is_no_filter_is_refused_where_it_goes_wrong(line: str) -> None:
    text, _, place = line.rpartition("|")
    with pytest.raises(ODataError) as refused:
        query(filter=text, _x="'x'")
    assert refused.value.status == 400
    assert f"position {place}:" in str(refused.value), str(refused.value)


ACCEPTED = [
    ("orderby", "ID"),
    ("orderby", "ID desc"),
    ("orderby", "ID asc,title desc , createdAt"),
    ("orderby", "status/name desc,length(title)"),
    ("orderby", "inboundMsgs/$count desc"),
    ("select", "ID"),
    ("select", "*"),
    ("select", "ID,title, status_code"),
    ("select", "ID,inboundMsgs"),
    ("select", "TicketingService.*,ID"),
    ("expand", "status"),
    ("expand", "*"),
    ("expand", "status,inboundMsgs"),
    (
        "expand",
        "inboundMsgs($select=sequence;$filter=sentiment eq 'x';$orderby=sequence desc;$top=2;$skip=1;$count=true)",
    ),
    ("expand", "inboundMsgs($expand=contact($expand=customer),type;$search=a OR b)"),
    ("expand", "inboundMsgs/$ref"),
    ("expand", "inboundMsgs/$count"),
    ("expand", "inboundMsgs/$count($filter=sentiment eq 'x')"),
    ("expand", "customer($levels=max)"),
    ("expand", "customer($expand=contacts($levels=2))"),
    ("expand", "inboundMsgs($compute=length(summary) as n;$select=n)"),
    ("search", "broken"),
    ("search", "mountain bike"),
    ("search", '"mountain bike"'),
    ("search", "mountain AND bike"),
    ("search", "mountain OR bike AND NOT road"),
    ("search", "(mountain OR hill) bike"),
    ("search", "NOT bike"),
    ("search", "and or not"),
    ("search", "ANDroid NOTE"),
    ("search", 'say "a \\"quoted\\" word"'),
    ("compute", "length(title) as n"),
    ("compute", "ID mul 2 as double,ID add double as triple"),
    ("apply", "aggregate($count as n)"),
    ("apply", "aggregate(numberOfInteractions)"),
    ("apply", "aggregate(numberOfInteractions with sum as n)"),
    ("apply", "aggregate(ID with max as a,ID with min as b,ID with average as c,status_code with countdistinct as d)"),
    ("apply", "aggregate(createdAt with max as latest)"),
    ("apply", "aggregate(ID mul 2 with sum as n)"),
    ("apply", "groupby((status_code))"),
    ("apply", "groupby((status_code,priority_code),aggregate($count as n))"),
    ("apply", "groupby((category/name),aggregate(numberOfInteractions))"),
    ("apply", "groupby((status_code),filter(ID gt 3)/aggregate($count as n))"),
    ("apply", "filter(ID gt 1)/groupby((status_code),aggregate($count as n))/filter(n gt 1)"),
    ("apply", "groupby((status_code),aggregate($count as n))/orderby(n desc)/top(2)/skip(1)"),
    ("apply", "groupby((status_code),aggregate($count as n))/compute(n mul 2 as m)/topcount(1,m)"),
    ("apply", "concat(aggregate($count as n),groupby((status_code),aggregate($count as n)))"),
    ("apply", "concat(topcount(1,ID),bottomcount(1,ID))"),
    ("apply", "search(broken)/aggregate($count as n)"),
    ("apply", "compute(year(createdAt) as y)/groupby((y),aggregate($count as n))"),
    ("apply", "groupby((status_code),aggregate(inboundMsgs/$count as m))"),
    ("apply", "identity"),
    ("apply", "groupby((status_code),aggregate($count as n))/aggregate(n with max as most)"),
    ("top", "0"),
    ("skip", "5"),
    ("count", "true"),
]

REFUSED = [
    ("orderby", "ID up"),
    ("orderby", "ID desc asc"),
    ("orderby", "nope"),
    ("orderby", ""),
    ("orderby", "ID,"),
    ("orderby", "inboundMsgs"),
    ("select", "nope"),
    ("select", ""),
    ("select", "ID title"),
    ("select", "status/nope"),
    ("expand", "nope"),
    ("expand", "status/name"),
    ("expand", "inboundMsgs/contact"),
    ("expand", "inboundMsgs($nope=1)"),
    ("expand", "inboundMsgs($top=-1)"),
    ("expand", "inboundMsgs($top=x)"),
    ("expand", "inboundMsgs($top=1;$top=2)"),
    ("expand", "inboundMsgs($top=1"),
    ("expand", "inboundMsgs($filter=nope eq 1)"),
    ("expand", "inboundMsgs($levels=99)"),
    ("expand", "status($top=1)"),
    ("expand", "status,status"),
    ("expand", "customer($expand=contacts($expand=customer($expand=contacts($expand=customer($expand=contacts)))))"),
    ("expand", "*($expand=*($expand=*))"),
    ("search", ""),
    ("search", "(a"),
    ("search", '"a'),
    ("compute", "length(title)"),
    ("compute", "length(title) as title"),
    ("apply", ""),
    ("apply", "aggregate()"),
    ("apply", "aggregate(title)"),
    ("apply", "aggregate(title with sum as n)"),
    ("apply", "aggregate(ID with nonsense as n)"),
    ("apply", "aggregate(ID with sum as n,ID with max as n)"),
    ("apply", "aggregate($count)"),
    ("apply", "aggregate(nope with sum as n)"),
    ("apply", "groupby(status_code)"),
    ("apply", "groupby((nope))"),
    ("apply", "groupby((inboundMsgs/sentiment))"),
    ("apply", "groupby((status_code),aggregate($count as status_code))"),
    ("apply", "groupby((status_code))/filter(title eq 'x')"),
    ("apply", "nonsense(1)"),
    ("apply", "filter(ID)"),
    ("apply", "top(x)"),
    ("top", "-1"),
    ("top", "x"),
    ("top", "1.5"),
    ("skip", "99999999999999999999"),
    ("count", "maybe"),
]  # fmt: skip


@pytest.mark.parametrize(("option", "text"), ACCEPTED)
def test_an_option_of_the_abnf_is_read(option: str, text: str) -> None:
    query(**{option: text})


@pytest.mark.parametrize(("option", "text"), REFUSED)
def test_what_is_no_option_is_refused(option: str, text: str) -> None:
    with pytest.raises(ODataError) as refused:
        query(**{option: text})
    assert f"${option}" in str(refused.value)


@pytest.mark.parametrize(
    "text", ["(3)", "(-3)", "('x')", "(ID=3)", "( ID=3 )", "(a=1,b='x''y')", "()", f"({UUID})", "(a=@p)"]
)
def test_a_key_is_read(text: str) -> None:
    assert parse(text, "key", "the key").data == "key"


@pytest.mark.parametrize("text", ["(", "(3", "3)", "(ID=)", "(=3)", "(ID=3,)", "(ID eq 3)", "(3,4)", "(x)", "('x)"])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ODataError):
        parse(text, "key", "the key")


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ("$filter=ID%20eq%201&$filter=ID%20eq%202", "twice"),
        ("$inlinecount=allpages", "$count=true"),
        ("$nonsense=1", "there is no option"),
        ("$filter=%ff", "UTF-8"),
        ("$filter=title%20eq%20'%00'", "NUL"),
    ],
)
def test_options_that_are_none_are_refused_with_help(raw: str, message: str) -> None:
    with pytest.raises(ODataError, match=message.replace("$", r"\$")):
        options_of(raw)


def test_options_are_decoded_once_and_the_clients_own_are_left_alone() -> None:
    options = options_of("$filter=title%20eq%20'a%2526b'&sap-client=100&@p='x'&$top=1")
    assert options.system == {"$filter": "title eq 'a%26b'", "$top": "1"}
    assert options.aliases == {"@p": "'x'"}


@pytest.mark.parametrize(
    "text",
    [
        "(" * 500 + "ID eq 1" + ")" * 500,
        " and ".join(["ID eq 1"] * 1500),
        "not " * 500 + "true",
        "-" * 900 + "ID eq 1",
        "x" * 30_000,
    ],
)
def test_there_is_an_end_to_what_is_read(text: str) -> None:
    with pytest.raises(ODataError):
        query(filter=text)


def test_an_alias_that_names_itself_is_refused() -> None:
    with pytest.raises(ODataError, match="defined by itself"):
        query(filter="ID eq @x", _x="@y", _y="@x")


PIECES = """ID|title| eq |'x'|1|(|)|,|/|any(|m:|$count| and |not | in |@x|;|$filter=|groupby(|aggregate(| with |sum| as
n|inboundMsgs|status|null|-|"|true|2026-01-01|$top=|desc| desc|AND| OR |NOT |$it|all(""".replace("\n", "|").split("|")


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["filter", "orderby", "expand", "select", "search", "apply", "compute"]),
    st.one_of(
        st.text(max_size=60),
        st.lists(
            st.sampled_from(PIECES),
            max_size=14,
        ).map("".join),
    ),
)  # fmt: skip
def test_whatever_is_sent_is_read_or_refused(option: str, text: str) -> None:
    try:
        query(**{option: text})
    except ODataError as refused:
        assert refused.status in (400, 501)  # noqa: PT017 - either may happen
