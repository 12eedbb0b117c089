"""Every construct of the OASIS ABNF test cases (V4.01 with aggregation) that is possible in our model, in our own words.

What is valid and offered is read and run on both databases; what is valid and not offered is refused with 501, what is
not valid with 400, both with the position.
"""

from collections.abc import Callable
from urllib.parse import quote

import pytest

from frontdesk.edges.odata.catalogue import SERVICES
from frontdesk.edges.odata.errors import ODataError
from frontdesk.edges.odata.protocol.addressing import address_of
from frontdesk.edges.odata.protocol.options import Options, options_of
from frontdesk.edges.odata.queries.query import query_of
from tests.edges.odata.conftest import Odata

ADMIN = SERVICES["admin"]

# Of each option what is read; a line may name another entity than CustomerInteraction before a question mark.
READ = {
    # Literals, operators, functions, lambdas, lists, paths, aliases.
    "filter": """
title in ["a\\"b\\\\c\\/d\\u00e9\\n\\ud83d\\ude00"]
AudioMessage?audioData eq binary''
AudioMessage?audioData eq binary'TQ=='
AudioMessage?audioData eq binary'TQ'
AudioMessage?audioData ne BINARY'TWE='
AudioMessage?audioData ne binary'TWFu'
true
tRUe
not false
true and not false
true or false
true eq false
true ne false
(true)
( true )
(false)
createdAt lt 2031-02-28
createdAt gt 0000-01-01
createdAt gt -12000-05-31
date(createdAt) lt 12000-05-31
createdAt ge 2025-07-01T08:15Z
createdAt ge 2025-07-01T08:15:59Z
createdAt ge 2016-12-31T23:59:60Z
createdAt ge 2025-07-01T08:15:59.5Z
createdAt ge 0000-01-01T00:00Z
createdAt ge -12000-05-31T00:00Z
createdAt lt 12000-02-29T00:00Z
createdAt ge 2025-07-01T08:15-05:30
time(createdAt) ge 00:00
time(createdAt) ge 00:00:01
time(createdAt) ge 00:00:01.2500000
createdAt gt now() sub duration'P2DT3H4M5.678S'
createdAt gt now() add duration'-P2DT3H4M5.678S'
createdAt gt now() sub 'P2D'
ID gt 2.71
ID gt -2.71e2
ID gt 5e-20
ID gt -7
ID lt +7
ID lt +0.5e+2
ID lt 1234567890123456789
ID lt -1234567890123456789
ID lt 0123456789
title eq null
title eq NULL
title eq 'AZaz09-._~!$&(''&'')*+,;=:@'
title eq 'd''Artagnan'
title eq '&('
extRef eq '12345678-90ab-cdef-1234-567890abcdef'
InboundCustomerMessageIntent?DraftUUID eq 12345678-90ab-cdef-1234-567890abcdef
InboundCustomerMessageIntent?DraftUUID eq 12345678-90AB-CDEF-1234-567890ABCDEF
InboundCustomerMessageIntent?IsActiveEntity
InboundCustomerMessageIntent?IsActiveEntity eq true
InboundCustomerMessageIntent?not IsActiveEntity
customer ne null
customer/name eq 'Ada'
InboundCustomerMessage?contact/customer/name eq 'Ada'
TicketingService.CustomerInteraction/ID eq 1
customer/TicketingService.Customer/name eq 'Ada'
title eq 'Leak'
title ne 'Leak'
title gt 'Leak'
title ge 'Leak'
title lt 'Leak'
title le 'Leak'
title EQ 'Leak' AND ID LT 2.5
title Eq 'Leak' Or ID lT 2.5
NOT endswith(title,'eak')
not endswith(title,'eak')
title in ('Leak', 'Drip')
title IN ( 'Leak' )
title in ["Leak", "Drip"]
title in ["Leak",'Drip']
title in ["say \\"hi\\"",null]
title in []
title in ()
ID in (-1,2,3.5)
title in @list
title in (@list)
title in (@one)
ID add 4.5 gt 1
(ID add 4.5) mod 2 lt 9
ID sub 4.5 lt 1
-ID lt 0
ID mul 2 eq 4
ID div 2 eq 1
ID divby 2 eq 0.5
ID mod 5 eq 1
ID mul 2.0 eq 4.00
ID div 2.5 eq 1
(7 add 2) mod (7 sub 3) eq 1
concat(title, extRef) ne 'x'
concat(concat(title,': '),summary) ne 'x'
contains(title,'eak')
startswith(customer/name,'A')
STARTSWITH(title,'L')
endswith(title,'k')
indexof(title,'e') eq 1
length(title) eq 4
substring(title, 2) eq 'ak'
substring(title,1,2) eq 'ea'
tolower(title) eq 'leak'
toupper(title) eq 'LEAK'
trim(title) eq 'Leak'
date(createdAt) le 2031-02-28
day(createdAt) lt 32
fractionalseconds(createdAt) lt 1
hour(createdAt) lt 24
createdAt lt maxdatetime()
createdAt lt maxdatetime( )
createdAt gt mindatetime()
minute(createdAt) lt 60
month(createdAt) lt 13
createdAt lt now( )
second(createdAt) lt 60
time(createdAt) lt 23:59:59
totaloffsetminutes(createdAt) eq 0
totalseconds(duration'PT1M') eq 60
year(createdAt) gt 2000
ceiling(ID divby 2) eq 1
floor(ID divby 2) eq 0
round(ID divby 2) eq 1
cast(ID,Edm.String) eq '1'
cast(extRef,Edm.Int32) eq 1
case(ID gt 5:'large',ID gt 2:'middle',true:'small') eq 'small'
case( ID gt 5 : 1 , ID lt 0 : -1.5 , true : 0 ) eq 0
case(ID gt 5:title) eq null
$it/ID eq 1
$this/ID eq 1
inboundMsgs/any()
inboundMsgs/any( )
inboundMsgs/any(m:true)
inboundMsgs/any( m : true )
inboundMsgs/ANY(m:m/sequence eq 1)
inboundMsgs/TicketingService.InboundCustomerMessage/any()
InboundCustomerMessage?contact/customer/contacts/any(c:true)
inboundMsgs/any(m:$it/ID eq 1)
inboundMsgs/any(m:m/interaction_ID eq $it/ID)
inboundMsgs/all(m:true)
inboundMsgs/all(m:m/outboundServiceMsg/any(o:o/sequence gt m/sequence))
inboundMsgs/$count gt 0
inboundMsgs/$count($filter=sequence gt 1) gt 1
inboundMsgs/$count(filter=$this/sequence gt 1) gt 1
customer/contacts/$count eq 0
contains(title,@word)
title eq @one
ID eq @sum
title eq @missing
""",
    "orderby": """
@nothing
@nothing desc
title
title\tasc
title DESC
title asc,ID,createdAt desc
ID ge 2 asc
inboundMsgs/$count
customer/name desc
length(title) desc,ID
case(ID gt 1:1,true:0) desc
TicketingService.CustomerInteraction/ID
$it/ID
@sum
""",
    "select": """
title,createdAt
*
*,ID
title , ID
TicketingService.CustomerInteraction/title
TicketingService.*
InboundCustomerMessage?TicketingService.reply,sequence
InboundCustomerMessage?reply,TicketingService.reply(text,type_code)
inboundMsgs,ID
customer/name,inboundMsgs/sequence
""",
    "expand": """
inboundMsgs
inboundMsgs/$ref
customer,inboundMsgs
customer/$ref,inboundMsgs
customer,inboundMsgs($expand=contact)
customer,inboundMsgs(expand=contact)
customer($levels=4)
customer(levels=4)
customer($levels=max)
customer,inboundMsgs($expand=contact/$ref)
inboundMsgs($count=true)
inboundMsgs/$count
inboundMsgs/$count($filter=summary eq 'Leak')
inboundMsgs/$count(filter=summary eq 'Leak')
inboundMsgs/$count($search=leak)
inboundMsgs/$count(search=leak;filter=sequence gt 1)
inboundMsgs/$ref($filter=sequence gt 1;$orderby=sequence desc;$top=1)
inboundMsgs($select=sequence;$expand=contact($select=ID,name);@c=15)
inboundMsgs(@c=1 add 1;$filter=sequence lt @c)
customer($filter=name eq 'Ada')
*,*/$ref,*($levels=2),status
status,*
*/$ref
TicketingService.CustomerInteraction/inboundMsgs
inboundMsgs/TicketingService.InboundCustomerMessage($select=sequence)
inboundMsgs($search=(leak))
inboundMsgs($search='le(ak')
inboundMsgs($search=le'ak)
inboundMsgs($search='a;b';$top=1)
inboundMsgs($search="a;b";$top=1)
inboundMsgs($search=a NOT b;$top=1)
inboundMsgs($compute=sequence mul interaction_ID as p;$select=p)
inboundMsgs($compute=length(summary) as n,day(createdAt) as d;$select=n,d;$orderby=n)
inboundMsgs($filter=$this/sequence gt 1)
inboundMsgs($skip=1;$top=2)
""",
    "search": """
leak
2024
3x5
2.72
7,53
e-mail
Peter's
__init__
$top
10/12
#9
this&that
a;b
AND
OR
NOT
NOT leak
NOT (leak drip)
NOT NOT
NOT NOT leak
AND OR
OR AND
AND OR NOT
leak AND
leak OR
"leak drip"
'"leak'
'"leak" "drip'
'"'
'"le'
'('
'le(ak'
leak drip
leak AND drip
leak OR drip
leak NOT drip
a AND b OR a AND c OR d AND b OR d AND c
(a OR d) AND (b OR c) AND NOT e
a AND (b OR c)
(a AND b) OR c
(NOT a) OR c
(NOT a)
\u0394
"a \\"b\\" c"
""",
    "compute": """
ID mul numberOfInteractions as n
ID mul numberOfInteractions as n,day(createdAt) as d
case(ID gt 0:1,ID lt 0:-1,true:0) as sign
case( ID gt 0 : 1 , ID lt 0 : -1 , true : 0) as sign
length(customer/name) as n
inboundMsgs/$count as n
""",
    "apply": """
aggregate(ID with sum as total)
aggregate((ID sub numberOfInteractions) mul 2 with sum as tax)
aggregate(ID sub $it/numberOfInteractions with sum as total)
aggregate(ID mul numberOfInteractions with sum as total)
InboundCustomerMessage?aggregate(sequence mul interaction/ID with sum as total)
aggregate(ID with min as a,ID with max as b,ID with average as c)
aggregate(customer/name with countdistinct as n)
aggregate(customer with countdistinct as n)
aggregate(numberOfInteractions)
aggregate(numberOfInteractions as all)
aggregate(TicketingService.CustomerInteraction/numberOfInteractions)
InboundCustomerMessage?aggregate(interaction/numberOfInteractions with sum as n)
aggregate($count as n)
aggregate(inboundMsgs/$count as n)
aggregate(length(title) with max as n)
topcount(2,ID)
bottomcount(2,ID)
identity
concat(topcount(2,ID),bottomcount(2,ID))
groupby((customer/name,status/name),aggregate(ID with sum as total))
groupby((status/name,ID))
groupby((title))
groupby((TicketingService.CustomerInteraction/title))
groupby((status))
groupby((status,customer/name))
groupby((rollup(category/name,status/name),title),aggregate(ID with sum as n))
groupby((rollup($all,category/name)),aggregate(ID with sum as n))
groupby((customer/name,customer/ID,status/name))
groupby((status_code),aggregate(numberOfInteractions))/filter(numberOfInteractions gt 1)/aggregate(numberOfInteractions with sum as n)
groupby((status_code),aggregate(ID with sum as total,numberOfInteractions))
groupby((status_code),aggregate(ID with sum as total,ID with average as mean))
groupby((ID),aggregate(ID with sum as total))
groupby((status_code),aggregate(inboundMsgs/$count as n))
filter(ID gt 3)
search(leak)
search(')/top(1')/top(1)
compute(ID mul numberOfInteractions as n)
compute(ID mul numberOfInteractions as n, day(createdAt) as d)
compute(substring(title,0,1) as letter)/groupby((letter),aggregate($count as n))
top(5)
skip(5)
orderby(status/name asc,ID desc)
filter(ID le 1)/aggregate(ID with sum as total)
groupby((status/name),aggregate(ID with sum as total))/skip(1)/top(5)
groupby((status/name),aggregate(ID with sum as total))/orderby(total desc)
groupby((status_code,priority_code),aggregate(ID with sum as total))/groupby((status_code),aggregate(total with average as mean))
groupby((status_code,priority_code),aggregate(ID with sum as n))/filter(n ge 1)/concat(identity,groupby((status_code),aggregate(n with sum as total)))
groupby((status_code,priority_code),aggregate(ID with sum as n))/concat(filter(n ge 1),groupby((status_code),aggregate(n with sum as total)))
concat(groupby((customer/name,status_code),aggregate(ID with sum as total)),groupby((status_code),aggregate(ID with sum as total)))
""",
}  # fmt: skip

# Of each option what is refused: status @ position, counted from 1. A dot stands for a space at the edge.
REFUSED = {
    "filter": """
400@11 title in ["say \\ hi"]
400@11 title in ["\\x41"]
400@11 title in ["\\ud800"]
400@15 AudioMessage?audioData eq X'1a2B'
400@1 0
400@1 1
501@7 ID eq INF
501@7 ID eq -INF
501@7 ID eq NaN
501@14 createdAt eq -INF
400@14 createdAt eq 2025-12-31T24:00Z
400@14 createdAt eq 2025-12-31T24:00:00Z
400@14 createdAt eq 2025-12-31T24:00-03:00
400@14 createdAt eq 2025-02-30
400@20 time(createdAt) eq 24:00:00
400@24 createdAt gt now() sub duration'P1Y2D'
400@24 createdAt gt now() sub duration'P1M2D'
400@24 createdAt gt now() sub duration'+P2D'
400@14 createdAt gt now() sub 'P1Y'
400@7 ID eq 42.
400@7 ID eq .1
400@7 ID eq -0.3e1e2
400@13 title eq 'd'Artagnan'
400@14 InboundCustomerMessageIntent?DraftUUID eq 12345g78-90ab-cdef-1234-567890abcdef
400@22 InboundCustomerMessageIntent?DraftUUID eq 12345678-90ab-cdef-567890abcdef
400@1 ·true
400@6 true·
400@9 ID eq 1 eq
400@10 title eq 0name
400@1 No.Dot eq 1
501@1 style has Sales.Pattern'Yellow'
501@1 status_code has 'NW'
501@16 status_code eq TicketingService.Status'NW'
501@16 status_code eq TicketingService.Status'NW,32'
501@10 title eq geography'SRID=0;Point(142.1 64.1)'
501@1 geo.distance(ID,ID) lt 1
501@1 geo.intersects(geometry'SRID=0;Point(1 2)',geometry'SRID=0;Polygon((1 1,1 1))')
501@1 geo.length(geography'SRID=0;LineString(1 2,3 4)') gt 1
501@13 customer eq {"ID":"C1","name":"Ada"}
501@1 {} eq null
501@1 {"a":customer/name,"b":[1,2 add 3]} eq null
501@1 ["a","b"] eq ["c"]
501@1 ["a","b"] in [["a","b"]]
501@1 [title,summary] in [["a","b"]]
501@1 ["Hello",42,true,null,'x']
501@11 title in [["a"]]
501@16 contains(title,["a","b"])
501@8 length(["a","b"]) eq 2
501@1 hassubset(title,["a"])
501@1 hassubsequence([4,1],[1])
501@1 matchesPattern(title,'^A.*e$')
501@1 isof(TicketingService.Customer)
501@1 isof(customer,TicketingService.Customer)
501@1 isof(title,Edm.String)
501@1 isdefined(customer) and true
501@6 cast(TicketingService.Customer) eq null
501@15 cast(customer,TicketingService.Customer) eq null
501@9 cast(ID,Edm.Boolean)
400@9 cast(ID,Edm.Nonsense) eq 1
400@1 any()
400@1 all(m:true)
400@13 inboundMsgs/all()
400@21 inboundMsgs/any(true)
400@1 any(m:true) eq true
501@10 endswith($it,'x')
501@1 $it eq @ref
501@1 $it eq {"@odata.id":"x"}
501@10 title eq $root/Contact(1)/name
501@10 title eq $root/nope()/name
501@1 $root/Contact
400@1 inboundMsgs
501@1 inboundMsgs(1)
400@1 inboundMsgs/sequence eq 1
501@1 inboundMsgs(1)/sequence eq 1
501@13 inboundMsgs/$filter(sequence gt 1)/$count lt 10
400@35 inboundMsgs/$filter(sequence gt 1)(ID='x') eq 1
501@7 title/@Measures.Currency eq 'x'
501@7 title/@Currency eq 'x'
501@7 title/@Currency#q eq 'x'
501@1 @Core.Messages/any(m:m/severity eq 'x')
501@11 @Messages/any(m:m/severity eq 'x')
501@6 @one/name eq 'x'
400@1 Model.Available()
400@1 Model.Available
501@13 inboundMsgs/Model.Available()
501@13 inboundMsgs/Model.Best()/Model.Name()
501@13 inboundMsgs/Best()/Name() eq 1
501@10 customer/Model.Available(color='x')
400@1 Model.Available(complex={"Name":"Value"})
400@1 Model.Available(complex={ "a" : "double (\\") in" })
400@1 Model.Phonetic(Word1=title,Word2=customer/name)
400@1 Model.Phonetic(Number=5 add 3)
501@5 $it/Model.Phonetic(Number=5 add 3)
400@10 contains(a=title,b='x')
400@11 title in (title,summary)
400@11 title in (title)
400@10 title in title
400@10 title in @one
400@10 title in @missing
400@15 title in ('a' 'b')
400@15 title in ('a',)
400@14 title eq ('a','b')
400@10 [ID,title
400@6 {"a" 1} eq 1
400@1 case(ID gt 0) eq 1
400@1 case() eq 1
400@21 case(ID gt 0:1,true:'x') eq 1
400@6 case(ID:1) eq 1
501@8 $these/aggregate(ID with sum) gt 3
501@13 inboundMsgs/aggregate(sequence with sum) gt 5
400@14 aggregate(ID with sum) gt 5
501@40 inboundMsgs/any(m:m/outboundServiceMsg/aggregate(sequence with sum) gt 10)
501@1 Aggregation.isroot(HierarchyNodes=$root/Contact,HierarchyQualifier='x',Node=ID)
501@28 inboundMsgs/$count($filter=$it/ID eq interaction_ID) gt 1
501@21 contains(title,'x')/x eq 1
501@7 now()/x eq 1
400@7 title/length eq 1
""",
    "orderby": """
501@7 title/@Measures.Currency
501@7 title/@Measures.Currency#q
501@1 isdefined(customer) desc,customer asc
400@1 ·title
400@8 title  up
""",
    "select": """
400@1 customer/nope
400@1 Model.Preferred/name
400@1 TicketingService.nope
400@1 nope(a,b)
501@1 title($filter=true)
501@1 inboundMsgs($select=sequence)
501@1 @Core.Messages($top=5)
501@1 title/@Core.Messages
501@1 @Measures.Currency,ID
400@7 title,
""",
    "expand": """
400@1 Customer
400@15 customer/$ref($levels=4)
400@15 customer/$ref($select=name)
400@27 customer,inboundMsgs/$ref($expand=contact)
400@20 inboundMsgs/$count($count=true)
400@20 inboundMsgs/$count($orderby=sequence)
400@18 customer($levels=04)
400@18 customer($levels=0)
400@21 customer($levels=2),customer($levels=max)
501@1 $value
501@1 AudioMessage?$value,audioData
501@1 @Namespace.Term
501@1 @Namespace.Term($top=2)
501@1 @Namespace.Term/inboundMsgs($top=2)
400@1 inboundMsgs/Model.Best
400@1 inboundMsgs/Best
400@1 Model.Best/inboundMsgs
400@23 inboundMsgs($search=le(ak)
400@24 inboundMsgs($search=le;ak)
501@13 inboundMsgs($apply=aggregate($count as n))
501@21 inboundMsgs($filter=$it/ID eq interaction_ID)
501@13 customer(@m=$this;$expand=contacts($filter=@m/name eq name))
501@18 inboundMsgs(@foo=$this;$filter=@foo/sequence gt 3)
400@13 inboundMsgs()
""",
    "search": """
400@1 "leak
400@7 "leak"drip
400@6 (leak
400@5 leak)
""",
    "compute": """
501@1 @Core.Messages as x
400@3 ID
400@1 ID as ID
501@13 inboundMsgs/aggregate(sequence with sum) as total
501@15 ID div $these/aggregate(ID with sum) as share
400@16 case(ID gt 0:1 as x
""",
    "apply": """
400@11 aggregate()
400@11 aggregate(inboundMsgs/sequence sub inboundMsgs/interaction_ID with sum as n)
501@1 addnested(inboundMsgs,compute(sequence sub 1 as p) as q)/aggregate(q/p with sum as n)
400@11 aggregate(Self.sqrt(Number=ID mul ID) with sum as n)
400@11 aggregate(ID with sum)
400@11 aggregate(ID as total)
400@11 aggregate(ID)
400@32 aggregate(inboundMsgs(sequence with sum as n))
501@17 aggregate(title/@Measures.ISOCurrency with min as n)
400@11 aggregate(title with Custom.concat as names)
501@22 aggregate(ID with sum from customer with average as mean)
501@22 aggregate(ID with sum from customer with average from status/name with max as mean)
501@26 aggregate(ID with average from customer,status/name with max as mean)
501@22 aggregate(ID with sum from customer with average)
501@29 aggregate(inboundMsgs/$count from customer with average as mean)
501@31 aggregate(numberOfInteractions from customer as x)
501@11 aggregate(inboundMsgs/sequence with sum as n)
501@11 aggregate(inboundMsgs/numberOfInboundCustomerMsgs)
501@11 aggregate(customer/contacts/ID with max as n)
400@11 aggregate($count with sum as n)
400@17 aggregate(title/$count as n)
400@20 aggregate(customer/$count as n)
400@30 aggregate(inboundMsgs($count as n))
501@10 topcount($these/$count div 10,ID)
501@10 topcount(1.5,ID)
400@10 topcount(-1,ID)
400@11 topcount(2)
501@1 topsum(15,ID)
501@1 toppercent(50,ID)
501@1 bottomsum(15,ID)
501@1 bottompercent(50,ID)
400@24 groupby((customer/name/ID))
400@10 groupby((title/@Measures.ISOCurrency))
400@10 groupby((customer/@Core.Term))
400@10 groupby((inboundMsgs/contact/name))
400@10 groupby((customer/Model.Other/name))
501@10 groupby((rollup(SomeHierarchy)),aggregate($count as n))
501@10 groupby((rolluprecursive($root/Contact,H,ID)),aggregate($count as n))
501@17 groupby((title),topcount(2,ID)/aggregate(ID with sum as n))
501@17 groupby((title),concat(groupby((ID))/aggregate($count as n),aggregate(numberOfInteractions)))
501@39 groupby((title),compute(ID div $these/aggregate(ID with sum) as x))
501@17 groupby((title),nest(identity as x))
501@40 groupby((title),aggregate($count as n)/top(1))
501@17 groupby((title),Self.TopAndBalance(Count=1,Property='n'))
400@9 groupby(title)
400@17 groupby((title),)
501@1 addnested(inboundMsgs,filter(sequence gt 3) as late)
501@1 nest(groupby((customer/ID)) as a,groupby((ID)) as b)
501@1 join(inboundMsgs as m)
501@1 outerjoin(inboundMsgs as m,filter(sequence gt 1))
501@17 filter(title eq $root/Contact(1)/name)
501@1 ancestors($root/Contact,H,ID,filter(true))
501@1 descendants($root/Contact,H,ID,filter(true),3,keep start)
501@1 traverse($root/Contact,H,ID,preorder)
501@17 filter(ID gt 1)/traverse($root/Contact,H,ID,preorder)
400@1 Custom.condense()
400@1 nonsense(1)
400@9 orderby()
400@8 search()
400@16 concat(identity)
400@17 filter(ID gt 1)/
""",
}  # fmt: skip
ALIASES = {"@one": "'a'", "@list": '["a","b"]', "@ref": '{"@odata.id":"x"}', "@sum": "1 add 1", "@word": "'x'"}

# Addresses: status that they are refused with, 200 for what is read.
ADDRESSES = """
200 CustomerInteraction
200 CustomerInteraction(11)
200 CustomerInteraction(ID=11)
200 CustomerInteraction(@key)
200 CustomerInteraction(ID=@key)
200 Customer('d''Artagnan')
200 Customer(%27d%27%27Artagnan%27)
200 Customer%28%27d%27%27Artagnan%27%29
200 Customer('a%2Fb')
200 Customer('a%20%28b%29')
200 Customer('a%20)b(')
200 InboundCustomerMessage(sequence=1,interaction_ID=3)
200 InboundCustomerMessage(interaction_ID=3,sequence=1)
200 CustomerInteraction(1)/customer
200 CustomerInteraction(1)/inboundMsgs
200 CustomerInteraction(1)/inboundMsgs(1)
200 CustomerInteraction(1)/inboundMsgs(sequence=1)
200 CustomerInteraction(1)/inboundMsgs(sequence=1,interaction_ID=1)
200 CustomerInteraction(1)/inboundMsgs/1
200 CustomerInteraction(1)/inboundMsgs/1/contact/name/$value
200 CustomerInteraction/1
200 CustomerInteraction/1/inboundMsgs
200 Customer/d'Artagnan
200 Customer/d%27Artagnan
200 Customer/a%2Fb
200 CustomerInteraction(1)/inboundMsgs/$ref
200 CustomerInteraction(1)/customer/$ref
200 CustomerInteraction(1)/inboundMsgs(1)/$ref
200 CustomerInteraction/$ref
200 CustomerInteraction(1)/$ref
200 CustomerInteraction/$count
200 CustomerInteraction(1)/inboundMsgs/$count
200 CustomerInteraction(1)/title
200 CustomerInteraction(1)/title/$value
200 AudioMessage(ID=1,inboundCustomerMsg_sequence=1,inboundCustomerMsg_interaction_ID=1)/audioData
200 InboundCustomerMessage(sequence=1,interaction_ID=3)/TicketingService.reply
400 Customer('d%27Artagnan')
400 Customer('a/b')
400 CustomerInteraction(ID=wrong)
400 CustomerInteraction('1')
400 CustomerInteraction(2025-01-31T08:15:59Z)
400 CustomerInteraction(08:15:59)
400 CustomerInteraction(KeyAlias=1)
400 InboundCustomerMessage(sequence=1;interaction_ID=3)
400 InboundCustomerMessage(1)
400 InboundCustomerMessage(sequence=1)
404 Customer.('x')
404 .Customer('x')
404 Nope
404 TicketingService.reply
404 CustomerInteraction/reply
404 CustomerInteraction(1)/nope
404 CustomerInteraction(1)/title/$value/x
404 CustomerInteraction(1)/customer/$value
404 CustomerInteraction(1)/$value
404 CustomerInteraction/$count/x
404 CustomerInteraction(1)/$count
404 CustomerInteraction(1)/inboundMsgs/$ref/$count
404 CustomerInteraction(1)/inboundMsgs(1)/$ref/$count
404 CustomerInteraction/Model.Nope
501 CustomerInteraction/$filter(@f)
501 CustomerInteraction/$filter(ID%20gt%203)/$count
501 CustomerInteraction/$filter(@f)/$each
501 CustomerInteraction/$each
501 $all
501 $crossjoin(Customer,Contact)
501 $entity
501 CustomerInteraction/$query
"""

# Query strings: status that they are refused with, 200 for what is read.
STRINGS = """
200 $top=2&$orderby=title
200
200 $OrderBy=title&$Filter=true&$SELECT=ID
200 $top=5&$skip=10&$count=true
200 $count=false
200 $search=a%3Bb
200 $search=more%26more
200 $format=json
200 find=O%27Neil&!special
200 $orderby=title&!deltatoken=0412
200 $filter=contains(title,@word)&@word='B'
200 $filter=title%20eq%20@t&@t='of%20Oz'
200 !special
400 $count
400 $count=1
400 $top
400 $top=-1
400 $filter%20=true
400 $filter=%20true
400 $search=a;b
400 $search
400 $skip=ten
400 $nonsense=1
400 $filter=true&$Filter=true
400 $inlinecount=allpages
501 $index=42
501 $schemaversion=*
501 $deltatoken=x
501 $id=Customer('x')
"""


def lines(table: dict[str, str]) -> list[tuple[str, str]]:
    return [(option, line) for option, block in table.items() for line in block.strip("\n").split("\n")]


def entity_and(text: str) -> tuple[str, str]:
    name, mark, rest = text.partition("?")
    return (name, rest) if mark and name in ADMIN.entities else ("CustomerInteraction", text)


def told(reading: Callable[[], object]) -> str:
    """The status that reading comes to."""
    try:
        reading()
    except ODataError as refused:
        return str(refused.status)
    return "200"


@pytest.mark.parametrize(("option", "line"), lines(REFUSED))
def test_what_the_abnf_forbids_or_we_do_not_offer_is_refused_at_its_place(option: str, line: str) -> None:
    wanted, _, text = line.replace("·", " ").partition(" ")
    entity, text = entity_and(text)
    with pytest.raises(ODataError) as refused:
        query_of(Options({f"${option}": text}, ALIASES), ADMIN, ADMIN.entities[entity])
    status, _, place = wanted.partition("@")
    assert refused.value.status == int(status), str(refused.value)
    assert f"position {place}:" in str(refused.value), str(refused.value)


@pytest.mark.parametrize("line", ADDRESSES.strip("\n").split("\n"))
def test_an_address_is_read_or_refused_as_the_abnf_has_it(line: str) -> None:
    status, _, path = line.partition(" ")
    assert told(lambda: address_of(path, ADMIN, {"@key": "11"})) == status


@pytest.mark.parametrize("line", STRINGS.strip("\n").split("\n"))
def test_a_query_string_is_read_or_refused_as_the_abnf_has_it(line: str) -> None:
    status, _, text = line.partition(" ")
    assert told(lambda: query_of(options_of(text), ADMIN, ADMIN.entities["CustomerInteraction"])) == status


async def test_what_the_abnf_allows_and_we_offer_runs_on_each_database(odata: Odata) -> None:
    await odata.ask("POST", "Customer", {"ID": "C1", "name": "Ada"})
    await odata.ask("POST", "CustomerInteraction", {"title": "Leak", "customer_ID": "C1"})
    await odata.ask("POST", "CustomerInteraction", {"inboundMsgs": [{"inboundTextMsg": "A leak."}]}, Prefer="wait=0")
    aliases = "&".join(f"{name}={quote(text)}" for name, text in ALIASES.items())
    for option, line in lines(READ):
        entity, text = entity_and(line)
        answer = await odata.ask("GET", f"{entity}?${option}={quote(text)}&{aliases}")
        assert answer.status_code == 200, f"{option}={line}: {answer.text}"


async def test_who_speaks_401_may_leave_the_dollar_away(odata: Odata) -> None:
    await odata.ask("POST", "Customer", {"ID": "C1", "name": "Ada"})
    url = "Customer?filter=ID eq 'none'&count=true&sap-client=100"
    assert len(await odata.rows(url)) == 1
    assert (await odata.get(url, OData_Version="4.01"))["@odata.count"] == 0
