"""Countries, towns, families of names: enough to make a customer base of many languages. All of it is invented."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """One country's stock of names. ``company`` patterns take ``{s}`` surname, ``{w}`` trade word, ``{c}`` town."""

    country: str
    language: str
    phone: str
    cities: tuple[str, ...]
    surnames: tuple[str, ...]
    given: tuple[str, ...]
    words: tuple[str, ...]
    company: tuple[str, ...]


def _place(country: str, language: str, phone: str, *lists: str) -> Place:
    cities, surnames, given, words, company = (tuple(part.split("|")) for part in lists)
    return Place(country, language, phone, cities, surnames, given, words, company)


PLACES: tuple[Place, ...] = (
    _place(
        "DE",
        "de",
        "+49 201 ",
        "Essen|Bielefeld|Chemnitz|Augsburg|Kassel|Ulm|Siegen|Remscheid",
        "Brandt|Vogel|Schäfer|Krüger|Lindner|Böhm|Seidel|Jahn|Hübner|Wölk|Reuter|Thiele",
        "Anke|Jürgen|Sabine|Holger|Katrin|Uwe|Birgit|Torsten|Heike|Matthias",
        "Maschinenbau|Hydraulik|Fördertechnik|Werkzeuge|Antriebstechnik|Stahlbau|Pumpen|Dichtungen",
        "{s} {w} GmbH|{w} {c} GmbH & Co. KG|{s} & Söhne {w} KG|{w}werke {c} AG",
    ),
    _place(
        "DK",
        "da",
        "+45 86 ",
        "Aarhus|Odense|Horsens|Kolding|Esbjerg|Vejle",
        "Kjeldsen|Holm|Bak|Friis|Mølgaard|Østergaard|Dahl|Lauridsen|Skov|Thorup",
        "Mette|Søren|Lars|Jytte|Anders|Kirsten|Henrik|Bodil",
        "Maskinfabrik|Værktøj|Ventilation|Smedje|Transport|Emballage",
        "{s} {w} A/S|{c} {w} ApS|{s} & {w} A/S",
    ),
    _place(
        "NO",
        "no",
        "+47 35 ",
        "Halden|Drammen|Stavanger|Bodø|Skien|Ålesund",
        "Haugen|Berge|Solheim|Nygård|Lie|Strand|Hagen|Moen",
        "Marit|Kjell|Ingrid|Øyvind|Siri|Leif|Astrid|Tor",
        "Mekaniske|Sveis|Rør|Skipsverft|Energi|Fiskeri",
        "{s} {w} AS|{c} {w} AS|{s} {w} ANS",
    ),
    _place(
        "PL",
        "pl",
        "+48 32 ",
        "Katowice|Gliwice|Łódź|Bydgoszcz|Rzeszów|Częstochowa|Świętochłowice",
        "Wójcik|Zieliński|Kowalski|Szymańska|Dąbrowski|Mazur|Krawczyk|Piątek|Głowacka|Wróbel",
        "Agnieszka|Tomasz|Małgorzata|Krzysztof|Łukasz|Zofia|Paweł|Grażyna",
        "Zakłady Metalowe|Narzędzia|Hydraulika|Transport i Spedycja|Odlewnia|Tworzywa",
        "{w} {c} Sp. z o.o.|{s} {w} S.A.|{w} {s} Sp. j.",
    ),
    _place(
        "CZ",
        "cs",
        "+420 59 ",
        "Ostrava|Plzeň|Zlín|Liberec|Kladno",
        "Dvořák|Novotný|Svobodová|Černý|Procházka|Kučera|Růžička",
        "Jiří|Petra|Zdeněk|Lenka|Václav|Jana",
        "Hydraulika|Strojírny|Slévárna|Nástroje|Ložiska",
        "{c} {w} s.r.o.|{s} {w} a.s.",
    ),
    _place(
        "ES",
        "es",
        "+34 976 ",
        "Zaragoza|Vigo|Gijón|Elche|Sabadell|Badajoz",
        "Vega|Ibáñez|Muñoz|Peña|Carrasco|Núñez|Gallego|Ortuño",
        "Inés|Joaquín|Begoña|Íñigo|Maite|Ramón",
        "Talleres|Suministros|Metalúrgica|Transportes|Fundición|Envases",
        "{w} {s} e Hijos, S.L.|{w} {c}, S.A.|{w} {s} y {s}, S.L.",
    ),
    _place(
        "PT",
        "pt",
        "+351 234 ",
        "Aveiro|Braga|Setúbal|Leiria|Guimarães",
        "Ferreira|Gonçalves|Simões|Brandão|Leitão|Magalhães",
        "João|Conceição|Luís|Inês|Álvaro|Graça",
        "Metalomecânica|Moldes|Cerâmica|Cortiças|Ferragens",
        "{s} & Irmãos, Lda.|{w} {c}, S.A.|{w} {s}, Lda.",
    ),
    _place(
        "FR",
        "fr",
        "+33 4 77 ",
        "Saint-Étienne|Roubaix|Grenoble|Besançon|Le Creusot|Béthune",
        "Delacroix|Lefèvre|Garçon|Chevallier|Fontaine|Marchand|Bérenger",
        "Hélène|Benoît|Françoise|Gaëtan|Aurélie|Loïc",
        "Fonderie|Mécanique|Chaudronnerie|Outillage|Robinetterie",
        "{w} {s} & Fils SAS|{w} de {c} SARL|Ateliers {s} SA",
    ),
    _place(
        "EE",
        "et",
        "+372 7",
        "Tartu|Pärnu|Narva|Viljandi",
        "Tamm|Kask|Mägi|Õunapuu|Rätsep|Põld",
        "Kaija|Jüri|Ülle|Tõnu|Maarja",
        "Tööriist|Metall|Puit|Masinad",
        "{c} {w} OÜ|{s} {w} AS",
    ),
    _place(
        "IN",
        "en",
        "+91 422 ",
        "Coimbatore|Rajkot|Pune|Ludhiana|Chennai",
        "Krishnan|Patel|Iyer|Chaudhary|Reddy|Banerjee|Kulkarni",
        "Meena|Arjun|Priya|Suresh|Lakshmi|Vikram",
        "Textile Machinery|Castings|Engineering Works|Pumps|Bearings",
        "{s} {w} Pvt Ltd|{c} {w} Ltd|{s} & Co. {w}",
    ),
    _place(
        "MY",
        "ms",
        "+60 3 ",
        "Port Klang|Ipoh|Johor Bahru|Kuching|Shah Alam",
        "Lim|Tan|Ismail|Abdullah|Chong|Nair|Rahman",
        "Siti|Wei Ming|Farid|Mei Ling|Aminah|Kumar",
        "Marine Supply|Hardware|Palm Oil Mills|Packaging|Cold Chain",
        "{s} Brothers {w} Sdn Bhd|{c} {w} Bhd|{s} {w} Sdn Bhd",
    ),
    _place(
        "VN",
        "vi",
        "+84 28 ",
        "Biên Hòa|Hải Phòng|Cần Thơ|Đà Nẵng",
        "Nguyễn|Trần|Phạm|Đặng|Bùi|Võ",
        "Thị Hương|Văn Đức|Quốc Anh|Ngọc Ánh|Minh",
        "Cơ Khí Chính Xác|Vật Tư|Bao Bì|Thủy Sản",
        "Công Ty {w} {s}|{s} {w} Co., Ltd|{c} {w} JSC",
    ),
    _place(
        "JP",
        "ja",
        "+81 6 ",
        "大阪|浜松|北九州|新潟",
        "山本|田中|佐々木|松尾|中島|石井",
        "健一|由美|誠|直子|浩",
        "精機|工業|製作所|商事",
        "{s}{w}株式会社|株式会社{c}{w}|{s}{w}",
    ),
    _place(
        "AE",
        "ar",
        "+971 4 ",
        "دبي|الشارقة|عجمان",
        "الخالدي|المنصوري|حداد|النجار|الفارسي",
        "أحمد|فاطمة|يوسف|ليلى|عمر",
        "للمعدات الصناعية|للتجارة العامة|للمضخات|للحديد",
        "شركة {s} {w}|مؤسسة {s} {w} ذ.م.م",
    ),
    _place(
        "GR",
        "el",
        "+30 2310 ",
        "Θεσσαλονίκη|Πάτρα|Βόλος|Λάρισα",
        "Παπαδόπουλος|Νικολάου|Γεωργίου|Δημητρίου",
        "Ελένη|Γιώργος|Μαρία|Κώστας",
        "Μηχανουργείο|Εργαλεία|Υδραυλικά|Μεταφορές",
        "{s} {w} Α.Ε.|{w} {c} Ε.Π.Ε.",
    ),
    _place(
        "ZA",
        "en",
        "+27 12 ",
        "Pretoria|Durban|Gqeberha|Bloemfontein",
        "Nkosi|van der Merwe|Dlamini|Botha|Mokoena|Naidoo",
        "Thandiwe|Pieter|Sipho|Annelie|Lerato",
        "Mining Spares|Conveyors|Agri Supply|Boilerworks",
        "{c} {w} (Pty) Ltd|{s} {w} (Pty) Ltd|{s} & {s} {w} CC",
    ),
)
# How many customers of a hundred come from each place.
PLACE_WEIGHTS: tuple[int, ...] = (18, 8, 6, 10, 6, 8, 6, 8, 4, 6, 6, 4, 3, 2, 3, 2)

JOB_TITLES = (
    "head of purchasing",
    "buyer",
    "maintenance",
    "managing director",
    "accounts payable",
    "production manager",
    "warehouse",
    "technical director",
)
INDUSTRIES = (
    "mechanical engineering",
    "food and drink",
    "shipbuilding",
    "mining",
    "textiles",
    "wood and paper",
    "energy",
    "transport",
    "plastics",
    "building",
)

FAMILIES: dict[str, tuple[str, ...]] = {
    "Seals": ("FKM ring", "NBR ring", "Shaft seal", "Flat gasket", "Seal kit", "V-ring", "Rod seal", "Wiper"),
    "Bearings": ("Ball bearing", "Roller bearing", "Needle bearing", "Pillow block", "Thrust bearing", "Linear guide"),
    "Hydraulics": ("Hose assembly", "Gear pump", "Cylinder", "Valve block", "Filter element", "Pressure gauge"),
    "Abrasives": ("Cutting disc", "Flap disc", "Grinding wheel", "Belt", "Fibre disc", "Polishing paste"),
    "Fasteners": ("Hex bolt", "Socket screw", "Lock nut", "Washer set", "Anchor", "Threaded rod", "Rivet"),
    "Drives": ("V-belt", "Timing belt", "Roller chain", "Sprocket", "Gear motor", "Coupling"),
    "Pneumatics": ("Fitting", "Air cylinder", "Solenoid valve", "Tube, coil", "Regulator"),
    "Tools": ("Torque wrench", "Drill set", "End mill", "Reamer", "Tap set", "Caliper", "Pliers"),
    "Safety": ("Gloves, 12 pairs", "Safety glasses", "Ear muffs", "Helmet", "Work shoes", "First-aid kit"),
    "Lubricants": ("Grease cartridge", "Hydraulic oil, 20 l", "Gear oil, 20 l", "Chain spray", "Cutting fluid"),
    "Electrical": ("Contactor", "Proximity switch", "Cable, 100 m", "Fuse set", "Frequency drive"),
    "Packaging": ("Stretch film", "Pallet strap", "Carton, 50", "Foam sheet", "Label roll"),
}
