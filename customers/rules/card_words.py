"""The words by which a card or signature tells what a line holds, in the languages our customers write mails in."""

import re

_PHONE_WORDS = (
    r"phone|tele?|telephone|mobile|mob|cell|direct|office|main|switchboard|desk|ph|t|m|p|d|c|w|o|h|hp|h/p|wa|whatsapp|"
    r"telefon\w*|téléphone|fon|mobil\w*|handy|festnetz|zentrale|durchwahl|tél|portable|fixe|standard|gsm|"
    r"móvil|teléfono|celular|cel|cellulare|cell|telefono|fone|telefone|telemóvel|tlm|tlf|tel\.?/fax|"
    r"telp|bimbit|pejabat|telefoon|puh|puhelin|komórkowy|kom|mobitel|тел|моб|телефон|電話|携帯|手机|电话"
)
PHONE_WORD = re.compile(rf"\b(?:{_PHONE_WORDS})\b", re.IGNORECASE)
PHONE_WORDS_AT_END = re.compile(rf"(?:\b(?:{_PHONE_WORDS})\b[^\w+(]*)+$", re.IGNORECASE)
FAX = r"(?<![/&])(?<![/&] )\b(?:telefax|fax|telefaks|faks|f(?=\W*[+(\d]))\b|传真|傳真|ファックス|факс"
WEB_WORD = re.compile(r"\W*(?:web|website|web site|homepage|internet|url|site|w)?\W*", re.IGNORECASE)
# What follows one of these is no phone number, however much it looks like one.
NO_PHONE_AT_END = re.compile(
    r"\b(?:vat|ust|ust-?id\w*|umsatzsteuer\w*|steuer\w*|tax|gst|sst|abn|acn|cnpj|cpf|nif|nipc|cif|siret|siren|rcs|tva|"
    r"hr[ab]|handelsregister|amtsgericht|iban|bic|swift|konto\w*|bank|account n\w+|reg\w*\.? ?n\w+|company n\w+|"
    r"org\.? ?n\w+|cvr|kvk|btw|p\.? ?iva|partita|krs|nip|regon|ssm|roc|npwp|ico|dič|cep|plz|zip|p\.?o\.? ?box|postfach)"
    r"\b[^\d+(]{0,12}$",
    re.IGNORECASE,
)
GREETING = re.compile(
    r"^(?:best|kind|kindest|warm|many|with)?\s*(?:regards|wishes|greetings|thanks|thank you|cheers)\b|^sincerely\b|"
    r"^yours\b|^faithfully\b|^mfg\b|^--+$|^sent from my|^get outlook|^von meinem|^gesendet von|^envoyé de|"
    r"^enviado (?:do|desde)|"
    r"^(?:mit |mit vielen |mit besten )?(?:freundliche|beste|viele|liebe|herzliche|schöne)\w* gr|^hochachtungsvoll|"
    r"^(?:bien )?cordialement|^bien à (?:vous|toi)|^(?:sincères )?salutations|"
    r"^(?:un |muchos )?(?:cordial(?:es)? )?saludos?\b|^atenta?mente|^gracias\b|"
    r"^atenciosamente|^cordialmente|^(?:att|abs)\.?,?$|^abraços?\b|^obrigad[oa]\b|"
    r"^(?:com os )?(?:melhores |meus )?cumprimentos|^(?:cordiali|distinti) saluti|^grazie\b|"
    r"^(?:sekian|terima kasih|yang benar|yang menjalankan|salam (?:hormat|sejahtera)|hormat (?:saya|kami))\b|"
    r"^(?:med )?(?:venn?lig|vänlig|bästa|de bedste)\w*(?: hils| hälsn|$)|^mvh\b|"
    r"^(?:met )?(?:vriendelijke|hartelijke) gr|"
    r"^ystävällisin|^z (?:poważaniem|wyrazami)|^pozdrawiam|^s pozdravem|^üdvözlettel|^saygılarımla|^с уважением",
    re.IGNORECASE,
)
POST = re.compile(
    r"\b(?:manager|director|head|chief|officer|engineer|buyer|purchas\w*|procurement|sales|account\w*|assistant|owner|"
    r"founder|partner|president|ceo|cfo|coo|cto|vp|technician|planner|supervisor|secretary|consultant|foreman|"
    r"maintenance|executive|coordinator|specialist|lead|"
    r"\w*leiter(?:in)?|\w*leitung|geschäftsführ\w*|einkauf\w*|einkäufer\w*|vertrieb\w*|sachbearbeit\w*|prokurist\w*|"
    r"inhaber\w*|\w*ingenieur\w*|werk\w*meister|vorstand\w*|"
    r"directeur|directrice|responsable|chef\w*|acheteu\w+|achats|ingénieur\w*|gérant\w*|"
    r"directora?|gerente|jef[ea]|compras|comprador\w*|ventas|ingenier[oa]|diret(?:or|ora|oria)|engenheir[oa]|vendas|"
    r"sóci[oa]|administrador\w*|responsável|encarregad[oa]|"
    r"direttore|direttrice|responsabile|acquisti|titolare|amministrat\w+|ufficio|"
    r"pengurus|pengarah|jurutera|eksekutif|pegawai|ketua|setiausaha|penolong|manajer|direktur|"
    r"konsulent|inköp\w*|innkjøp\w*|indkøb\w*|leder|\w+chef|vd|inkoper|inkoop|verkoop|hoofd|"
    r"\w*johtaja|\w*päällikkö|kierownik|dyrektor|prezes|jednatel|ředitel\w*|директор|менеджер|инженер)\b",
    re.IGNORECASE,
)
COMPANY = re.compile(
    r"\b(?:gmbh|mbh|ag|kg|ohg|ug|e\.k\.|ltd|ltda|lda|limited|llc|llp|inc|corp|plc|s\.?a\.?|s/a|s\.?l\.?|sas|sarl|"
    r"s\.?r\.?l\.?|s\.?p\.?a\.?|eireli|b\.?v\.?|n\.?v\.?|a/s|aps|ab|as|asa|oyj?|oü|pty|pte|pvt|k\.k\.|co\.|kft|s\.r\.o\.|"
    r"d\.o\.o\.|sp\. z o\.o\.|sdn\.? bhd|bhd|tbk|a\.ş\.)(?:\W|$)|^(?:pt|cv|ооо|ао)\s|株式会社|有限公司|有限会社",
    re.IGNORECASE,
)
TITLES = re.compile(
    r"^(?:(?:mr|mrs|ms|dr|prof|herrn?|frau|dipl\.?-?\s?(?:ing|kfm)|dr\.-ing|ing|eng|m\.a|b\.a|ph\.?d|sra?|dott|dra|"
    r"encik|puan|tuan|cik|i\.\s?a|i\.\s?v|ppa)(?:\.|(?=\s))\s*(?:\(fh\)\s*)?)+(?=\S)",
    re.IGNORECASE,
)
