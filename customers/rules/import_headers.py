"""The headers by which the exports of other systems name our fields: folded (``fold_header``), the surest first.

A word with ``#`` stands for the noun with any word for a number before or after it: ``cliente#`` is "Nº Cliente",
"Código Cliente", "Cliente Nr." and so on.
"""

NUMBER_WORDS = [
    "n",
    "no",
    "nr",
    "num",
    "numero",
    "nro",
    "nummer",
    "numer",
    "cod",
    "codigo",
    "code",
    "codice",
    "id",
    "ref",
]
_ORDER_TEXT = """
customer_number: customernumber customerid customerno customernr customer custid custno clientid clientnumber
    accountid accountnumber companyid masterid organizationid kundennr kundennummer kdnr debitor
    debitornr debitorennummer codigocliente numeroclient codicecliente klientid partneridid partnerid partnerref buyerid
    contactid accountnameid partnerexternalid customerexternalid relatedcompanyexternalid
    associatedcompanyid associatedcompanyids userid
    cliente# client# klant# debiteur# kunde# kund# klient# terceiro# entidade#
customer_name: customername account accountname company companyname client clientname organization organisation
    organizationname kunde kundenname firma cliente nomecliente nomclient klient partner partnername buyer
    dealorganization associatedcompany
    clientenome nombrecliente clientnom nomecliente ragionesociale razaosocial razonsocial raisonsociale klantnaam
    klant kundenavn kundnamn kund nazwaklienta kontrahent entidade nomeentidade terceiro
    partneridname invoicepartnerdisplayname invoicepartnername partnerid
number: ordernumber orderid orderno ordernr order orderreference orderref orderidentifier invoicenumber
    invoiceid invoiceno invoice documentno documentnumber salesorderno salesordernumber salesorder sonumber
    opportunityid dealid bestellnr bestellnummer auftragsnr auftragsnummer beleg belegnr belegnummer rechnungsnr
    rechnungsnummer pedido numeropedido commande numerocommande ordine numeroordine zamowienie transactionid
    transaction receiptid receiptnumber reference number
    fatura# fatura factura# factura facture# facture fattura# fattura faktura# faktura encomenda# encomenda pedido#
    commande# ordine# documento# documento venda# order# bestelling# factuur# zamowienie#
    recordid
day: orderdate date day orderday invoicedate purchasedate dateordered createdate createddate createdat closedate
    closedat wontime dateorder salesdate bookingdate transactiondate belegdatum bestelldatum auftragsdatum
    rechnungsdatum datum fecha fechapedido data datapedido datecommande dataordine datazamowienia timestamp
    effectivedate processedat paidat invoicebilldate orderstartdate createdtime
    datafatura datadocumento dataencomenda datavenda datacompra fechafactura fechaventa fechacompra datefacture
    datevente datafattura datadoc factuurdatum besteldatum fakturadato ordredato orderdatum datasprzedazy
    datawystawienia
amount: orderlinessubtotal orderlinespricesubtotal orderlinepricesubtotal orderlinestaxexcl
    invoicelinessubtotal invoicelineidspricesubtotal
    linetotal lineamount itemtotal lineitemtotal totallinha valorlinha
    untaxedamount amountuntaxed amountuntaxedsigned taxexcluded netamount amountnet nettotal subtotal
    amount orderamount ordertotal total totalamount value ordervalue dealvalue
    closevalue dollarvalue sales revenue turnover amounttotal amounttotalsigned grandtotal totalprice
    price betrag betragnetto nettobetrag netto umsatz summe importe valor montant montantht
    totalht importo kwota kwotanetto amountincompanycurrency unitsales
    valorliquido totalliquido totalmercadoria importeneto baseimponible imponibile nettobedrag bedrag omzet
    wartoscnetto nettobelop belop belopp valortotal importetotal montanttotal
cost: cost costofgoods cogs totalcost costprice costamount purchasecost costofgoodssold einstand einstandswert
    ek wareneinsatz custo coste cout costo koszt
    custototal precocusto preciocoste costetotal coutachat prixachat prixderevient costototale inkoop inkoopprijs
freight: freightcost freightcosts freightpaid carriagecost carriagepaid deliverycost shippingcost shippingcosts
    transportcost frachtkosten versandkosten frachtanteil costedeenvio costoenvio gastosdeenvio fraisdeport
    fraisdelivraison coutdelivraison costoditrasporto spesedispedizione koszttransportu kosztdostawy
currency: currency currencycode currencyid currencyisocode currencyofvalue cur wahrung wahrg waehrung moneda moeda
    devise valuta waluta
product_number: productnumber productid productcode sku itemnumber itemno itemcode articlenumber articleno
    artikelnr artikelnummer artnr internalreference hssku lineitemsku orderlinesproductinternalreference
    orderlineproductiddefaultcode codigoproducto referenceproduit
    codicearticolo stockcode item
    artigo# articulo# articolo# produto# producto# produit# prodotto# referencia refartigo refarticulo ean number
product_name: productname product itemname article artikel artikelbezeichnung lineitemname orderlinesproduct
    invoicelinesproduct invoicelineidsproductid
    orderlinesproductname orderlineproductid produkt producto produto produit prodotto articleofgoods positionstext
    nomeproduto nomeartigo artigo articulo articolo omschrijving productnaam
description: description linedescription itemdescription bezeichnung beschreibung descripcion
    orderlinesdescription orderlinename invoicelineslabel invoicelineidsname
    descricao designacao designation descrizione opis
quantity: quantity qty cds numberofcds units pieces menge anzahl stuck cantidad quantidade quantite quantita
    ilosc orderlinesquantity orderlineproductuomqty lineitemquantity productqty
    invoicelinesquantity invoicelineidsquantity
    qtd qtde qtt quant qte aantal antal
position: line lineno linenumber position pos posnr lineitemnumber
returns: returnsorder returnof returnoforder creditof originalorder originalordernumber refundof gutschriftzu
    reversedentry
"""
_CUSTOMER_TEXT = """
number: number customernumber customerid customerno customernr custid custno id recordid accountid accountnumber
    companyid clientid organizationid externalid reference ref kundennr kundennummer kdnr debitor debitornr
    codigocliente numeroclient codicecliente internalreference hubspotid hsobjectid zohoid systemmodifiedid customer
    cliente# client# klant# debiteur# kunde# kund# klient# terceiro# entidade# codigo numero no nr cod code codice
name: name customername company companyname account accountname organization organisation organizationname
    client clientname firma firmenname kunde kundenname razonsocial razaosocial raisonsociale ragionesociale
    nazwa displayname completename legalname fullname customer
    nome nombre nom naam navn namn nomecliente nombrecliente nomclient cliente empresa entreprise azienda denominacao
    denominacion denominazione klant klantnaam bedrijf bedrijfsnaam entidade klient kontrahent kundenavn kundnamn
trading_name: tradingname dba alsoknownas brandname nomecomercial nomefantasia nomcommercial
    nombrecomercial designacaocomercial handelsnaam
kind: kind customerkind iscompany isacompany companytype customertype partytype
street: street address streetaddress billingstreet mailingstreet shippingstreet addressline1 address1 strasse
    adresse direccion endereco rue indirizzo ulica addressofthecompany
    fullcombinedaddressofaddress streetroadnameofaddress
    morada calle domicilio adres adresa straat gata gate
postcode: postcode postalcode zip zipcode billingpostalcode billingzippostalcode billingcode mailingpostalcode
    mailingzip plz codigopostal cep codepostal cap kodpocztowy zippostalcodeofaddress
    codpostal cpostal cp codicepostale postnummer postnr
city: city town billingcity mailingcity shippingcity ort stadt ciudad cidade ville citta miasto location
    officelocation locality citytownvillagelocalityofaddress
    localidade localidad poblacion municipio concelho plaats woonplaats commune comune poststed postort
country: country countrycode countryregion billingcountry billingcountrycode mailingcountry shippingcountry land
    pais pays paese kraj nation countryofaddress countryid
language: language lang preferredlanguage locale sprache idioma langue lingua jezyk
industry: industry industryid sector branche sectors setor secteur settore branza vertical
    atividade actividade actividad activite attivita ramo
tax_id: taxid taxnumber vat vatnumber vatid vatno ustid ustidnr steuernummer nif cif cnpj siren siret partitaiva
    nip ein gstin taxidvat
    nipc contribuinte# contribuinte nifcif cifnif numtva tvaintracommunautaire codicefiscale btwnummer btw orgnr
    organisationsnummer cvr
domain: domain website web url companydomainname webaddress websiteurl internet homepage webseite
    sitio sitioweb site siteweb pagina paginaweb
email: email emailaddress mail companyemail workemail emailwork correo correoelectronico courriel personemail
    primaryemail
    correioeletronico correioelectronico adressemail posta
phone: phone phonenumber telephone tel mobile mobilephone businessphone phonework workphone telefon telefono
    telefone mobil personphone mainphone
    telemovel celular tel tlf gsm telefone1 telefono1
owner_email: owneremail owner accountowner companyowner salesperson salespersonemail salesagent salesrep
    accountmanager rep responsible vertreter betreuer contactowner userid recordowner assignedto
    vendedor comercial commercial vendeur agente commerciale verkoper saelger selger
team: team salesteam teamname teamid hubspotteam vertriebsteam region territory group
    zona equipa equipe equipo squadra
source: source leadsource originalsource accountsource herkunft origem origen companysource
lawful_basis: lawfulbasis legalbasis legalbasisforprocessing consent rechtsgrundlage
since: since customersince createdate createddate createdat createdon organizationcreated createdtime kundeseit
    clientedesde firstorderdate accountcreateddate
    datacriacao dataabertura fechaalta clientdepuis clientedal klantsinds
relation: relation relationtype buysby hascontract hasacontract undercontract contractual
renews_on: renewson renewalday renewaldate nextrenewal nextrenewaldate contractrenewal contractrenewaldate
    contractrenewalday renewal verlangerungsdatum
renewal_months: renewalmonths renewedeverymonths renewalperiod contractterm contracttermmonths contractmonths
    laufzeitmonate
parent_number: belongstonumber parentnumber parentcustomernumber parentaccountnumber parentcompanynumber
    parentaccountid parentcompanyid parentcustomerid parentorganizationid parentid parentidid parentexternalid
    parentcompanyexternalid relatedcompanyid relatedcompanyexternalid headofficenumber groupnumber konzernnummer
    konzernnr
parent_name: belongsto parentaccount parentaccountname parentaccountaccountname parentcompany parentcompanyname
    parentcustomer parentcustomername parentorganization parentorganisation parentorganizationname parentname parent
    relatedcompany relatedcompanyname subsidiaryof headoffice headofthegroup mothercompany holding
    holdingcompany companygroup konzern muttergesellschaft mutterfirma matriz empresamatriz empresamae societemere
    maisonmere capogruppo societacapogruppo spolkamatka
"""

_PRODUCT_TEXT = """
number: productnumber productproductcode number productid productcode sku itemnumber itemno itemcode articlenumber
    articleno artikelnr artikelnummer artnr internalreference defaultcode hssku code id recordid stockcode reference
    codigoproducto referenceproduit codicearticolo
    artigo# articulo# articolo# produto# producto# produit# prodotto# codigo referencia ref cod code codice ean
name: productname name product item itemname article artikel artikelbezeichnung bezeichnung description produkt
    producto produto produit prodotto
    descricao designacao designation descripcion descrizione omschrijving nome nombre nom naam artigo articulo
    articolo
family: family productfamily category productcategory series productline group range producttype warengruppe
    produktgruppe familia famille categoria
    gama famiglia gruppo grupo groupe productgroep categid
price: price listprice unitprice salesprice saleprice standardprice pricebookprice lstprice preis listenpreis
    verkaufspreis precio prix prezzo
    preco pvp precovenda precioventa prixvente prijs
cost: cost costofgoods costofgoodssold unitcost standardcost costprice purchasecost hscostofgoodssold einstand ek
    einkaufspreis coste cout costo standardprice
    precocusto precocompra preciocoste prixachat inkoopprijs
sold: active isactive productactive sold saleok cansell forsale canbesold
"""
_PERSON_TEXT = """
customer_number: customernumber customerid accountid accountnumber companyid organizationid associatedcompanyid
    associatedcompanyids primaryassociatedcompanyid kundennr kundennummer parentid accountnameid companynumber
    customerexternalid partnerexternalid relatedcompanyexternalid
    cliente# client# klant# debiteur# kunde# kund# klient# terceiro# entidade#
customer_name: customername customer account accountname company companyname associatedcompany
    primaryassociatedcompany organization organisation organizationname parentname relatedcompany firma firmenname
    kunde empresa societe azienda org
    cliente nomecliente nombrecliente nomclient client clientname klant klantnaam entidade kundenavn
name: name fullname contactname contact personname displayname completename fn person ansprechpartner nombre nom nome
    contacto nomecontacto nombrecontacto nomcontact contatto naam navn namn interlocuteur
first_name: firstname givenname forename vorname prenom primernombre
last_name: lastname surname familyname nachname apellido apellidos nomdefamille cognome
job_title: jobtitle title position jobposition function role funktion cargo poste ruolo
    funcao funcion fonction funzione functie puesto departamento tittel stilling
influence: influence buyingrole decisionrole
language: language lang preferredlanguage locale sprache idioma langue lingua
email: email emailaddress mail workemail emailwork primaryemail personemail correo courriel
phone: phone phonenumber telephone tel businessphone phonework workphone directphone telefon telefono telefone
mobile: mobile mobilephone mobilephonenumber cell cellphone phonemobile handy mobil movil
    telemovel celular gsm portable cellulare mobiel
left_on: lefton leftdate leftcompany
"""
_TEAM_TEXT = """
name: salesagent agent agentname fullname name user username owner ownername colleague employee salesrep representative
    salesperson salespersonname member teammember dealowner accountowner vertreter mitarbeiter vendedor
first_name: firstname givenname forename vorname prenom
last_name: lastname surname familyname nachname apellido apellidos cognome
email: email emailaddress mail useremail owneremail workemail login signinemail
phone: phone phonenumber telephone mobile mobilephone workphone telefon
job_title: jobtitle title position role function
manager: manager managername reportsto reportingto salesmanager teamlead teamleader supervisor boss vorgesetzter
team: team teamname salesteam mainteam primaryteam hubspotteam regionaloffice office region territory department
    group crmteam
"""


def read_headers(text: str) -> dict[str, tuple[str, ...]]:
    """``name: header header …``, going on in indented lines; each header once."""
    joined = text.strip().replace("\n    ", " ")
    named = (line.split(":") for line in joined.splitlines())
    return {
        name: tuple(dict.fromkeys(form for word in words.split() for form in _spell_out(word))) for name, words in named
    }


def _spell_out(word: str) -> list[str]:
    """``cliente#``: with each word for a number before it and after it."""
    if not word.endswith("#"):
        return [word]
    noun = word.removesuffix("#")
    return [form for number in NUMBER_WORDS for form in (number + noun, noun + number)]


ORDER_HEADERS = read_headers(_ORDER_TEXT)
CUSTOMER_HEADERS = read_headers(_CUSTOMER_TEXT)
PRODUCT_HEADERS = read_headers(_PRODUCT_TEXT)
PERSON_HEADERS = read_headers(_PERSON_TEXT)
TEAM_HEADERS = read_headers(_TEAM_TEXT)
