"""The headers by which the exports of other systems name our fields: folded (``fold_header``), the surest first."""

_ORDER_TEXT = """
customer_number: customernumber customerid customerno customernr customer custid custno clientid clientnumber
    accountid accountnumber companyid recordid masterid organizationid kundennr kundennummer kdnr debitor
    debitornr debitorennummer codigocliente numeroclient codicecliente klientid partnerid partnerref buyerid
    contactid userid
    accountnameid customerexternalid partnerexternalid relatedcompanyexternalid associatedcompanyid associatedcompanyids
customer_name: customername account accountname company companyname client clientname organization organisation
    organizationname kunde kundenname firma cliente nomecliente nomclient klient partner partnername buyer
    dealorganization associatedcompany
number: ordernumber orderid orderno ordernr order orderreference orderref orderidentifier invoicenumber
    invoiceid invoiceno invoice documentno documentnumber salesorderno salesordernumber salesorder sonumber
    opportunityid dealid bestellnr bestellnummer auftragsnr auftragsnummer beleg belegnr belegnummer rechnungsnr
    rechnungsnummer pedido numeropedido commande numerocommande ordine numeroordine zamowienie transactionid
    transaction receiptid receiptnumber reference
day: orderdate date day orderday invoicedate purchasedate dateordered createdate createddate createdat closedate
    closedat wontime dateorder salesdate bookingdate transactiondate belegdatum bestelldatum auftragsdatum
    rechnungsdatum datum fecha fechapedido data datapedido datecommande dataordine datazamowienia timestamp
    effectivedate processedat paidat
amount: orderlinessubtotal orderlinespricesubtotal orderlinestaxexcl
    amount orderamount netamount amountnet ordertotal total totalamount nettotal subtotal value ordervalue dealvalue
    closevalue dollarvalue sales revenue turnover untaxedamount amountuntaxed amounttotal grandtotal totalprice
    linetotal lineamount price betrag betragnetto nettobetrag netto umsatz summe importe valor montant montantht
    totalht importo kwota kwotanetto amountincompanycurrency unitsales
cost: cost costofgoods cogs totalcost costprice costamount purchasecost costofgoodssold einstand einstandswert
    ek wareneinsatz custo coste cout costo koszt
freight: freightcost freightcosts freightpaid carriagecost carriagepaid deliverycost shippingcost shippingcosts
    transportcost frachtkosten versandkosten frachtanteil costedeenvio costoenvio gastosdeenvio fraisdeport
    fraisdelivraison coutdelivraison costoditrasporto spesedispedizione koszttransportu kosztdostawy
currency: currency currencycode currencyid currencyisocode cur wahrung wahrg waehrung moneda moeda devise valuta
    waluta
product_number: productnumber number productid productcode sku itemnumber itemno itemcode articlenumber articleno
    artikelnr artikelnummer artnr internalreference hssku lineitemsku codigoproducto referenceproduit
    codicearticolo stockcode item
product_name: productname product itemname article artikel artikelbezeichnung lineitemname orderlinesproduct
    orderlinesproductname produkt producto produto produit prodotto articleofgoods positionstext
description: description linedescription itemdescription bezeichnung beschreibung descripcion
    orderlinesdescription
quantity: quantity qty cds numberofcds units pieces menge anzahl stuck cantidad quantidade quantite quantita
    ilosc orderlinesquantity lineitemquantity productqty
position: line lineno linenumber position pos posnr lineitemnumber
returns: returnsorder returnof returnoforder creditof originalorder originalordernumber refundof gutschriftzu
    reversedentry
"""
_CUSTOMER_TEXT = """
number: number customernumber customerid customerno customernr custid custno id recordid accountid accountnumber
    companyid clientid organizationid externalid reference ref kundennr kundennummer kdnr debitor debitornr
    codigocliente numeroclient codicecliente internalreference hubspotid zohoid systemmodifiedid customer
name: name customername company companyname account accountname organization organisation organizationname
    client clientname firma firmenname kunde kundenname razonsocial razaosocial raisonsociale ragionesociale
    nazwa displayname legalname fullname customer
trading_name: tradingname dba alsoknownas brandname nomecomercial nomefantasia nomcommercial
kind: kind customerkind iscompany isacompany companytype customertype partytype
street: street address streetaddress billingstreet mailingstreet shippingstreet addressline1 address1 strasse
    adresse direccion endereco rue indirizzo ulica addressofthecompany
    fullcombinedaddressofaddress streetroadnameofaddress
postcode: postcode postalcode zip zipcode billingpostalcode billingzippostalcode billingcode mailingpostalcode
    mailingzip plz codigopostal cep codepostal cap kodpocztowy zippostalcodeofaddress
city: city town billingcity mailingcity shippingcity ort stadt ciudad cidade ville citta miasto location
    officelocation locality citytownvillagelocalityofaddress
country: country countrycode countryregion billingcountry billingcountrycode mailingcountry shippingcountry land
    pais pays paese kraj nation countryofaddress
language: language lang preferredlanguage locale sprache idioma langue lingua jezyk
industry: industry sector branche sectors setor secteur settore branza vertical
tax_id: taxid taxnumber vat vatnumber vatid vatno ustid ustidnr steuernummer nif cif cnpj siren siret partitaiva
    nip ein gstin taxidvat
domain: domain website web url companydomainname webaddress websiteurl internet homepage webseite
email: email emailaddress mail companyemail workemail emailwork correo correoelectronico courriel personemail
    primaryemail
phone: phone phonenumber telephone tel mobile mobilephone businessphone phonework workphone telefon telefono
    telefone mobil personphone mainphone
owner_email: owneremail owner accountowner companyowner salesperson salespersonemail salesagent salesrep
    accountmanager rep responsible vertreter betreuer contactowner userid recordowner assignedto
team: team salesteam teamname hubspotteam vertriebsteam region territory group
source: source leadsource originalsource accountsource herkunft origem origen companysource
lawful_basis: lawfulbasis legalbasis legalbasisforprocessing consent rechtsgrundlage
since: since customersince createdate createddate createdat createdon organizationcreated createdtime kundeseit
    clientedesde firstorderdate accountcreateddate
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
number: productnumber number productid productcode sku itemnumber itemno itemcode articlenumber articleno artikelnr
    artikelnummer artnr internalreference hssku code id recordid stockcode reference codigoproducto referenceproduit
    codicearticolo
name: productname name product item itemname article artikel artikelbezeichnung bezeichnung description produkt
    producto produto produit prodotto
family: family productfamily category productcategory series productline group range producttype warengruppe
    produktgruppe familia famille categoria
price: price listprice unitprice salesprice saleprice standardprice pricebookprice lstprice preis listenpreis
    verkaufspreis precio prix prezzo
cost: cost costofgoods costofgoodssold unitcost standardcost costprice purchasecost hscostofgoodssold einstand ek
    einkaufspreis coste cout costo
sold: active isactive productactive sold saleok cansell forsale canbesold
"""
_PERSON_TEXT = """
customer_number: customernumber customerid accountid accountnumber companyid organizationid associatedcompanyid
    associatedcompanyids primaryassociatedcompanyid kundennr kundennummer parentid accountnameid companynumber
    customerexternalid partnerexternalid relatedcompanyexternalid
customer_name: customername customer account accountname company companyname associatedcompany
    primaryassociatedcompany organization organisation organizationname parentname relatedcompany firma firmenname
    kunde empresa societe azienda org
name: name fullname contactname contact personname displayname fn person ansprechpartner nombre nom nome
first_name: firstname givenname forename vorname prenom primernombre
last_name: lastname surname familyname nachname apellido apellidos nomdefamille cognome
job_title: jobtitle title position jobposition function role funktion cargo poste ruolo
influence: influence buyingrole decisionrole
language: language lang preferredlanguage locale sprache idioma langue lingua
email: email emailaddress mail workemail emailwork primaryemail personemail correo courriel
phone: phone phonenumber telephone tel businessphone phonework workphone directphone telefon telefono telefone
mobile: mobile mobilephone mobilephonenumber cell cellphone phonemobile handy mobil movil
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
    """``name: header header …``, going on in indented lines."""
    joined = text.strip().replace("\n    ", " ")
    return {name: tuple(words.split()) for name, words in (line.split(":") for line in joined.splitlines())}


ORDER_HEADERS = read_headers(_ORDER_TEXT)
CUSTOMER_HEADERS = read_headers(_CUSTOMER_TEXT)
PRODUCT_HEADERS = read_headers(_PRODUCT_TEXT)
PERSON_HEADERS = read_headers(_PERSON_TEXT)
TEAM_HEADERS = read_headers(_TEAM_TEXT)
