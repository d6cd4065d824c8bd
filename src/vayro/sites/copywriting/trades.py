"""The trades that there are texts and designs for, and how a category that people typed tells its trade."""

import re
import unicodedata

GENERAL = "general"

# The beginnings of words, without accents, in English, German, Spanish and French. The first trade that has one of
# them is it: what is more special stands before what is more general. A word that ends with `$` is whole.
_WORDS = {
    "dental": "dent zahn ortho odonto",
    "veterinary": "vet$ veterin tierarzt tierklinik animal pet$ pets$",
    "plumbing": "plumb klempner sanitar heizung heating fontan plomer plomb chauffag drain hvac calefac",
    "electrical": "electri elektri elektro solar photovolt",
    "cafe": "cafe coffee kaffee bakery backer konditor panaderia pasteleria boulanger patisser tearoom confis",
    "restaurant": "restaur pizz gasthaus gasthof bistro trattoria sushi grill taverna food catering imbiss tapas bar$ "
    "brasserie traiteur kebab steak diner",
    "law": "law attorney solicitor legal recht anwalt kanzlei notar abogad bufete avocat jurist juridi barrister",
    "accounting": "account tax steuer buchhalt buchfuhr contab contad asesor gestoria compta fiscal bookkeep financ "
    "versicher insur seguros assuranc finanz",
    "hair": "hair frisor friseur coiff peluquer barber barbier haar",
    "beauty": "beaut kosmet cosmet nail nagel spa$ massag estetic esthet wellness lash unas tattoo belleza",
    "fitness": "fitness gym gimnas sport yoga pilates training trainer crossfit entren tanz dance martial musculation "
    "physio physical fisio kine",
    "medical": "medic doctor doktor clinic klinik arzt praxis physician therap salud health sante hospital psycho "
    "ophthal optic optik pharma apothe farmac augen",
    "car": "car$ cars$ auto kfz garage mechani mecani werkstatt taller tyre tire$ reifen pneu carross vehicle coche",
    "estate": "estate realt immobil inmobil makler property hausverwaltung letting",
    "cleaning": "clean reinig limpi nettoy putz laundry wascher lavander pressing gebaudereinigung janitor",
    "building": "build construct bau$ bauunter construcc batiment roof dach zimmerei zimmerm tischler schreiner "
    "carpent maler paint maurer mason reform renov handwerk dachdeck pintur albanil carpint macon menuis couvreur "
    "peintr archit contractor fliesen tiler flooring joiner handyman home$",
    "gardening": "garden garten galabau landscap jardin paysag florist blumen tree$ baum flor$ flores flower fleur",
    "moving": "mov umzug mudanz demenag transport spedition removal logist",
    "lodging": "hotel hostel pension gasthaus lodg guesthouse albergue gite chambre ferien bed$ rooms$ zimmer$ habitac",
    "shop": "shop store laden geschaft tienda boutique magasin retail market markt bookshop buch librer librair mode$ "
    "moda fashion jewel schmuck joyer bijou electronics toys furniture mobel muebl meubl handel einzelhandel comerc",
}
_PATTERNS = {
    trade: re.compile("|".join(rf"\b{word[:-1]}\b" if word.endswith("$") else rf"\b{word}" for word in words.split()))
    for trade, words in _WORDS.items()
}
# German puts words together, so that the telling one is the last: Autowerkstatt, Malerbetrieb, Blumenladen.
_ENDINGS = re.compile(r"\w(laden|geschaft|markt)\b")
TRADES = (*_WORDS, GENERAL)


def find_trade(category: str | None) -> str:
    """Return the trade that a category names, or `general`."""
    if not category:
        return GENERAL
    letters = unicodedata.normalize("NFKD", category[:200].casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    found = next((trade for trade, pattern in _PATTERNS.items() if pattern.search(plain)), None)
    return found or ("shop" if _ENDINGS.search(plain) else GENERAL)
