"""Which column of somebody's file is which of our fields.

Guessed from the header, as the exports of HubSpot, Salesforce, Pipedrive, Odoo, Zoho and of common back offices name
it in several languages, and where a header says nothing, from the look of the values.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from customers.rules.import_values import fold_word, looks_like_day, looks_like_email, looks_like_money

ORDERS = "orders"
CUSTOMERS = "customers"


class Reading(Enum):
    """How the text of a cell becomes a value."""

    TEXT = "text"
    DAY = "day"
    MONEY = "money"
    NUMBER = "number"
    CURRENCY = "currency"
    COUNTRY = "country"
    EMAIL = "email"
    CUSTOMER_KIND = "customer_kind"


@dataclass(frozen=True)
class ImportField:
    """One of our fields: how it is read, how long it may be, and the headers it is known by (folded, no spaces)."""

    name: str
    reading: Reading = Reading.TEXT
    length: int = 300
    headers: tuple[str, ...] = ()


_F = ImportField

ORDER_FIELDS = (
    _F(
        "customer_number",
        length=40,
        headers=(
            "customernumber",
            "customerid",
            "customerno",
            "customernr",
            "customer",
            "custid",
            "custno",
            "clientid",
            "clientnumber",
            "accountid",
            "accountnumber",
            "companyid",
            "recordid",
            "masterid",
            "organizationid",
            "kundennr",
            "kundennummer",
            "kdnr",
            "debitor",
            "debitornr",
            "debitorennummer",
            "codigocliente",
            "numeroclient",
            "codicecliente",
            "klientid",
            "partnerid",
            "partnerref",
            "buyerid",
            "contactid",
            "userid",
        ),
    ),
    _F(
        "customer_name",
        length=300,
        headers=(
            "customername",
            "account",
            "accountname",
            "company",
            "companyname",
            "client",
            "clientname",
            "organization",
            "organisation",
            "organizationname",
            "kunde",
            "kundenname",
            "firma",
            "cliente",
            "nomecliente",
            "nomclient",
            "klient",
            "partner",
            "partnername",
            "buyer",
            "dealorganization",
            "associatedcompany",
        ),
    ),
    _F(
        "number",
        length=60,
        headers=(
            "ordernumber",
            "orderid",
            "orderno",
            "ordernr",
            "order",
            "orderreference",
            "orderref",
            "orderidentifier",
            "invoicenumber",
            "invoiceid",
            "invoiceno",
            "invoice",
            "documentno",
            "documentnumber",
            "salesorderno",
            "salesordernumber",
            "salesorder",
            "sonumber",
            "opportunityid",
            "dealid",
            "bestellnr",
            "bestellnummer",
            "auftragsnr",
            "auftragsnummer",
            "beleg",
            "belegnr",
            "belegnummer",
            "rechnungsnr",
            "rechnungsnummer",
            "pedido",
            "numeropedido",
            "commande",
            "numerocommande",
            "ordine",
            "numeroordine",
            "zamowienie",
            "transactionid",
            "transaction",
            "receiptid",
            "receiptnumber",
            "reference",
        ),
    ),
    _F(
        "day",
        Reading.DAY,
        headers=(
            "orderdate",
            "date",
            "day",
            "orderday",
            "invoicedate",
            "purchasedate",
            "dateordered",
            "createdate",
            "createddate",
            "createdat",
            "closedate",
            "closedat",
            "wontime",
            "dateorder",
            "salesdate",
            "bookingdate",
            "transactiondate",
            "belegdatum",
            "bestelldatum",
            "auftragsdatum",
            "rechnungsdatum",
            "datum",
            "fecha",
            "fechapedido",
            "data",
            "datapedido",
            "datecommande",
            "dataordine",
            "datazamowienia",
            "timestamp",
            "effectivedate",
            "processedat",
            "paidat",
        ),
    ),
    _F(
        "amount",
        Reading.MONEY,
        headers=(
            "amount",
            "netamount",
            "amountnet",
            "ordertotal",
            "total",
            "totalamount",
            "nettotal",
            "subtotal",
            "value",
            "ordervalue",
            "dealvalue",
            "closevalue",
            "dollarvalue",
            "sales",
            "revenue",
            "turnover",
            "untaxedamount",
            "amountuntaxed",
            "amounttotal",
            "grandtotal",
            "totalprice",
            "linetotal",
            "lineamount",
            "price",
            "betrag",
            "betragnetto",
            "nettobetrag",
            "netto",
            "umsatz",
            "summe",
            "importe",
            "valor",
            "montant",
            "montantht",
            "totalht",
            "importo",
            "kwota",
            "kwotanetto",
            "amountincompanycurrency",
            "unitsales",
        ),
    ),
    _F(
        "cost",
        Reading.MONEY,
        headers=(
            "cost",
            "costofgoods",
            "cogs",
            "totalcost",
            "costprice",
            "costamount",
            "purchasecost",
            "costofgoodssold",
            "einstand",
            "einstandswert",
            "ek",
            "wareneinsatz",
            "custo",
            "coste",
            "cout",
            "costo",
            "koszt",
        ),
    ),
    _F(
        "currency",
        Reading.CURRENCY,
        3,
        (
            "currency",
            "currencycode",
            "currencyid",
            "currencyisocode",
            "cur",
            "wahrung",
            "wahrg",
            "waehrung",
            "moneda",
            "moeda",
            "devise",
            "valuta",
            "waluta",
        ),
    ),
    _F(
        "product_number",
        length=40,
        headers=(
            "productnumber",
            "productid",
            "productcode",
            "sku",
            "itemnumber",
            "itemno",
            "itemcode",
            "articlenumber",
            "articleno",
            "artikelnr",
            "artikelnummer",
            "artnr",
            "internalreference",
            "hssku",
            "lineitemsku",
            "codigoproducto",
            "referenceproduit",
            "codicearticolo",
            "stockcode",
            "item",
        ),
    ),
    _F(
        "product_name",
        length=200,
        headers=(
            "productname",
            "product",
            "itemname",
            "article",
            "artikel",
            "artikelbezeichnung",
            "lineitemname",
            "orderlinesproduct",
            "orderlinesproductname",
            "produkt",
            "producto",
            "produto",
            "produit",
            "prodotto",
            "articleofgoods",
            "positionstext",
        ),
    ),
    _F(
        "description",
        length=200,
        headers=(
            "description",
            "linedescription",
            "itemdescription",
            "bezeichnung",
            "beschreibung",
            "descripcion",
            "orderlinesdescription",
        ),
    ),
    _F(
        "quantity",
        Reading.NUMBER,
        headers=(
            "quantity",
            "qty",
            "cds",
            "numberofcds",
            "units",
            "pieces",
            "menge",
            "anzahl",
            "stuck",
            "cantidad",
            "quantidade",
            "quantite",
            "quantita",
            "ilosc",
            "orderlinesquantity",
            "lineitemquantity",
            "productqty",
        ),
    ),
    _F(
        "position",
        Reading.NUMBER,
        headers=(
            "line",
            "lineno",
            "linenumber",
            "position",
            "pos",
            "posnr",
            "lineitemnumber",
        ),
    ),
    _F(
        "returns",
        length=60,
        headers=(
            "returnsorder",
            "returnof",
            "returnoforder",
            "creditof",
            "originalorder",
            "originalordernumber",
            "refundof",
            "gutschriftzu",
            "reversedentry",
        ),
    ),
)

CUSTOMER_FIELDS = (
    _F(
        "number",
        length=40,
        headers=(
            "number",
            "customernumber",
            "customerid",
            "customerno",
            "customernr",
            "custid",
            "custno",
            "id",
            "recordid",
            "accountid",
            "accountnumber",
            "companyid",
            "clientid",
            "organizationid",
            "externalid",
            "reference",
            "ref",
            "kundennr",
            "kundennummer",
            "kdnr",
            "debitor",
            "debitornr",
            "codigocliente",
            "numeroclient",
            "codicecliente",
            "internalreference",
            "hubspotid",
            "zohoid",
            "systemmodifiedid",
            "customer",
        ),
    ),
    _F(
        "name",
        length=300,
        headers=(
            "name",
            "customername",
            "company",
            "companyname",
            "account",
            "accountname",
            "organization",
            "organisation",
            "organizationname",
            "client",
            "clientname",
            "firma",
            "firmenname",
            "kunde",
            "kundenname",
            "razonsocial",
            "razaosocial",
            "raisonsociale",
            "ragionesociale",
            "nazwa",
            "displayname",
            "legalname",
            "fullname",
        ),
    ),
    _F(
        "trading_name",
        length=300,
        headers=("tradingname", "dba", "alsoknownas", "brandname", "nomecomercial", "nomefantasia", "nomcommercial"),
    ),
    _F(
        "kind",
        Reading.CUSTOMER_KIND,
        12,
        ("kind", "customerkind", "iscompany", "companytype", "customertype", "partytype"),
    ),
    _F(
        "street",
        length=200,
        headers=(
            "street",
            "address",
            "streetaddress",
            "billingstreet",
            "mailingstreet",
            "shippingstreet",
            "addressline1",
            "address1",
            "strasse",
            "adresse",
            "direccion",
            "endereco",
            "rue",
            "indirizzo",
            "ulica",
            "addressofthecompany",
        ),
    ),
    _F(
        "postcode",
        length=20,
        headers=(
            "postcode",
            "postalcode",
            "zip",
            "zipcode",
            "billingpostalcode",
            "billingzippostalcode",
            "billingcode",
            "mailingpostalcode",
            "mailingzip",
            "plz",
            "codigopostal",
            "cep",
            "codepostal",
            "cap",
            "kodpocztowy",
        ),
    ),
    _F(
        "city",
        length=100,
        headers=(
            "city",
            "town",
            "billingcity",
            "mailingcity",
            "shippingcity",
            "ort",
            "stadt",
            "ciudad",
            "cidade",
            "ville",
            "citta",
            "miasto",
            "location",
            "officelocation",
            "locality",
        ),
    ),
    _F(
        "country",
        Reading.COUNTRY,
        2,
        (
            "country",
            "countrycode",
            "countryregion",
            "billingcountry",
            "billingcountrycode",
            "mailingcountry",
            "shippingcountry",
            "land",
            "pais",
            "pays",
            "paese",
            "kraj",
            "nation",
        ),
    ),
    _F(
        "language",
        length=10,
        headers=("language", "lang", "preferredlanguage", "locale", "sprache", "idioma", "langue", "lingua", "jezyk"),
    ),
    _F(
        "industry",
        length=100,
        headers=("industry", "sector", "branche", "sectors", "setor", "secteur", "settore", "branza", "vertical"),
    ),
    _F(
        "tax_id",
        length=40,
        headers=(
            "taxid",
            "taxnumber",
            "vat",
            "vatnumber",
            "vatid",
            "vatno",
            "ustid",
            "ustidnr",
            "steuernummer",
            "nif",
            "cif",
            "cnpj",
            "siren",
            "siret",
            "partitaiva",
            "nip",
            "ein",
            "gstin",
            "taxidvat",
        ),
    ),
    _F(
        "domain",
        length=200,
        headers=(
            "domain",
            "website",
            "web",
            "url",
            "companydomainname",
            "webaddress",
            "websiteurl",
            "internet",
            "homepage",
            "webseite",
        ),
    ),
    _F(
        "email",
        Reading.EMAIL,
        254,
        (
            "email",
            "emailaddress",
            "mail",
            "companyemail",
            "workemail",
            "emailwork",
            "correo",
            "correoelectronico",
            "courriel",
            "personemail",
            "primaryemail",
        ),
    ),
    _F(
        "phone",
        length=40,
        headers=(
            "phone",
            "phonenumber",
            "telephone",
            "tel",
            "mobile",
            "mobilephone",
            "businessphone",
            "phonework",
            "workphone",
            "telefon",
            "telefono",
            "telefone",
            "mobil",
            "personphone",
            "mainphone",
        ),
    ),
    _F(
        "owner_email",
        Reading.EMAIL,
        254,
        (
            "owneremail",
            "owner",
            "accountowner",
            "companyowner",
            "salesperson",
            "salespersonemail",
            "salesagent",
            "salesrep",
            "accountmanager",
            "rep",
            "responsible",
            "vertreter",
            "betreuer",
            "contactowner",
            "userid",
            "recordowner",
            "assignedto",
        ),
    ),
    _F(
        "team",
        length=100,
        headers=("team", "salesteam", "teamname", "hubspotteam", "vertriebsteam", "region", "territory", "group"),
    ),
    _F(
        "source",
        length=100,
        headers=(
            "source",
            "leadsource",
            "originalsource",
            "accountsource",
            "herkunft",
            "origem",
            "origen",
            "companysource",
        ),
    ),
    _F(
        "lawful_basis",
        length=100,
        headers=("lawfulbasis", "legalbasis", "legalbasisforprocessing", "consent", "rechtsgrundlage"),
    ),
    _F(
        "since",
        Reading.DAY,
        headers=(
            "since",
            "customersince",
            "createdate",
            "createddate",
            "createdat",
            "createdon",
            "organizationcreated",
            "createdtime",
            "kundeseit",
            "clientedesde",
            "firstorderdate",
            "accountcreateddate",
        ),
    ),
)

FIELDS: dict[str, tuple[ImportField, ...]] = {ORDERS: ORDER_FIELDS, CUSTOMERS: CUSTOMER_FIELDS}
LINE_FIELDS = frozenset({"product_number", "product_name", "description", "quantity", "position"})
REQUIRED: dict[str, tuple[tuple[str, ...], ...]] = {
    ORDERS: (("customer_number", "customer_name"), ("day",), ("amount",)),
    CUSTOMERS: (("name",),),
}
"""For each kind, groups of fields of which one must have a column."""


def field_named(kind: str, name: str) -> ImportField:
    """The field ``name`` of ``kind``. Raises ``KeyError``."""
    for field in FIELDS[kind]:
        if field.name == name:
            return field
    raise KeyError(name)


def fold_header(header: str) -> str:
    """``"Order Date (UTC)"`` becomes ``"orderdate"``: no case, accents, brackets or signs."""
    return fold_word(re.sub(r"[(\[].*?[)\]]", "", header))


def guess_columns(kind: str, headers: Sequence[str], samples: Sequence[Sequence[str]] = ()) -> dict[str, str]:
    """Our field name → the file's header, each header once; what cannot be told is left out.

    ``samples`` are the first rows. Required fields that no header names are looked for among the values.
    """
    guess = _columns_by_header(kind, headers)
    if kind == ORDERS:
        _keep_names_out_of_numbers(guess, headers, samples)
    for field in FIELDS[kind]:
        if field.name in {"day", "amount", "email"} and field.name not in guess:
            column = _column_by_values(field, headers, samples, taken=set(guess.values()))
            if column is not None:
                guess[field.name] = column
    return guess


def _columns_by_header(kind: str, headers: Sequence[str]) -> dict[str, str]:
    """By the place of the header in each field's list: the earlier it stands there, the surer."""
    folded = {header: fold_header(header) for header in headers}
    candidates = sorted(
        (field.headers.index(short), place, order, field.name, header)
        for order, field in enumerate(FIELDS[kind])
        for place, (header, short) in enumerate(folded.items())
        if short in field.headers
    )
    guess: dict[str, str] = {}
    taken: set[str] = set()
    for _rank, _place, _order, name, header in candidates:
        if name not in guess and header not in taken:
            guess[name] = header
            taken.add(header)
    return guess


def _keep_names_out_of_numbers(guess: dict[str, str], headers: Sequence[str], samples: Sequence[Sequence[str]]) -> None:
    """A column headed just "Customer" holds names as often as numbers: words with spaces say that it is names."""
    header = guess.get("customer_number")
    if header is None or "customer_name" in guess or fold_header(header) not in {"customer", "debitor"}:
        return
    place = headers.index(header)
    values = [row[place] for row in samples if len(row) > place and row[place].strip()]
    if values and sum(1 for v in values if re.search(r"[^\W\d]\s+[^\W\d]", v)) * 2 > len(values):
        guess["customer_name"] = guess.pop("customer_number")


def _column_by_values(
    field: ImportField, headers: Sequence[str], samples: Sequence[Sequence[str]], *, taken: set[str]
) -> str | None:
    looks = {Reading.DAY: looks_like_day, Reading.MONEY: looks_like_money, Reading.EMAIL: looks_like_email}
    look = looks[field.reading]
    for place, header in enumerate(headers):
        if header in taken:
            continue
        values = [row[place] for row in samples if len(row) > place and row[place].strip()]
        if values and sum(map(look, values)) >= 0.8 * len(values):
            return header
    return None


def missing_fields(kind: str, columns: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Groups of fields of which at least one still needs a column."""
    return [group for group in REQUIRED[kind] if not any(name in columns for name in group)]


def has_lines(columns: Mapping[str, str]) -> bool:
    """Whether the rows of an order file are lines, several of which make one order."""
    return not LINE_FIELDS.isdisjoint(columns)


def looks_headless(first_row: Sequence[str]) -> bool:
    """Whether the first row is data already: a header is never a day, an amount or an e-mail address."""
    return any(looks_like_day(cell) or looks_like_money(cell) or looks_like_email(cell) for cell in first_row)
