"""Countries by their ISO 3166 code, and the names that files use for them: English, their own, and usual others."""

_CODES = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD
CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF
GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN
KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI
SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI
VN VU WF WS XK YE YT ZA ZM ZW
"""
COUNTRY_CODES = frozenset(_CODES.split())

_NAMES = """
AE unitedarabemirates uae vereinigtearabischeemirate|AL albania|AM armenia|AO angola|AR argentina argentinien|
AT austria osterreich autriche oesterreich|AU australia australien|AZ azerbaijan|BA bosniaandherzegovina bosnia|
BD bangladesh|BE belgium belgien belgique belgie|BG bulgaria bulgarien|BH bahrain|BO bolivia|
BR brazil brasil brasilien|BY belarus|CA canada kanada|CH switzerland schweiz suisse svizzera|CL chile|
CN china peoplesrepublicofchina|CO colombia kolumbien|CR costarica|CU cuba|CY cyprus zypern|
CZ czechrepublic czechia tschechien ceskarepublika cesko|
DE germany deutschland allemagne alemania germania alemanha niemcy|DK denmark danmark danemark|
DO dominicanrepublic|DZ algeria algerien|EC ecuador|EE estonia estland eesti|EG egypt agypten|
ES spain espana spanien espagne espanha|ET ethiopia|FI finland suomi finnland|
FR france frankreich francia franca|
GB unitedkingdom uk greatbritain england scotland wales grossbritannien vereinigteskonigreich royaumeuni
northernireland|
GE georgia|GH ghana|GR greece griechenland hellas|GT guatemala|HK hongkong|HR croatia kroatien hrvatska|
HU hungary ungarn magyarorszag|ID indonesia indonesien|IE ireland irland eire|IL israel|IN india indien|IQ iraq|
IR iran|IS iceland island|IT italy italia italien italie|JM jamaica|JO jordan|JP japan japon|KE kenya kenia|
KH cambodia|KR southkorea korea republicofkorea sudkorea|KW kuwait|KZ kazakhstan|LB lebanon|LI liechtenstein|
LK srilanka|LT lithuania litauen lietuva|LU luxembourg luxemburg|LV latvia lettland latvija|
MA morocco marokko maroc|MC monaco|MD moldova|ME montenegro|MK northmacedonia macedonia|MM myanmar|MT malta|
MX mexico mexiko|MY malaysia|MZ mozambique mocambique|NG nigeria|NI nicaragua|
NL netherlands thenetherlands niederlande nederland holland paysbas paisesbajos|
NO norway norge norwegen norvege|NP nepal|NZ newzealand neuseeland|OM oman|PA panama|PE peru|
PH philippines philippinen|PK pakistan|PL poland polska polen pologne polonia|PR puertorico|PT portugal|
PY paraguay|QA qatar|RO romania rumanien|RS serbia serbien srbija|RU russia russianfederation russland|
SA saudiarabia saudiarabien|SE sweden sverige schweden suede|SG singapore singapur|
SI slovenia slowenien slovenija|SK slovakia slowakei slovensko|SN senegal|SV elsalvador|SY syria|TH thailand|
TN tunisia tunesien|TR turkey turkiye turkei|TW taiwan|TZ tanzania|UA ukraine|UG uganda|
US unitedstates usa unitedstatesofamerica us vereinigtestaaten etatsunis estadosunidos america|UY uruguay|
UZ uzbekistan|VE venezuela|VN vietnam|YE yemen|ZA southafrica sudafrika|ZM zambia|ZW zimbabwe
"""
COUNTRY_NAMES = {name: words[0] for line in _NAMES.split("|") if (words := line.split()) for name in words[1:]}
