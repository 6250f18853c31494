"""The words in which the demo company's colleagues say what they know about their customers."""

SOURCES = (
    ("order desk", "contract", "Whoever orders by phone, mail or shop", 0),
    ("trade fair", "interest shown", "Visitors of our stand who left their card", 40),
)
TAGS = ("Trade fair", "Key project", "Ships abroad", "Price talks in spring", "Visits our plant", "New machine")
NEEDS = (
    ("No standstill", "Orders in a hurry, asks for stock before price"),
    ("Small lots, quick", "Many small orders, wants them within two days"),
    ("Papers with every box", "Asks for certificates, has auditors in the house"),
    ("Advice on materials", "Sends drawings and photos and asks what fits"),
    ("One contact for all plants", "Orders from several addresses"),
    ("A fixed price for the year", "Asks in autumn what next year will cost"),
)
NEED_EVIDENCE = (
    "Said so on the last visit, twice.",
    "Three urgent orders in one quarter.",
    "Their buyer put it into the framework contract.",
    "The reason he gave for ordering elsewhere in spring.",
    "We saw it on the line: they wait for parts.",
)
NEED_ANSWERS = (
    ("", ""),
    ("changed", "Since then a van leaves at noon; what is ordered by ten is there the same day."),
    ("changed", "Invoices come once a month now, split by cost centre."),
    ("declined", "It would cost more than the margin of the year; told them so, and why."),
    ("", ""),
    ("changed", "One fixed technician answers their calls."),
)
ROOM_EVIDENCE = (
    "A second line starts next year with the same drives.",
    "They buy seals from a dealer in town; he showed us the invoice.",
    "Two more plants of the group buy what we sell.",
    "Their volume grows, ours with them has not.",
    "He asked for a price list of everything we have.",
)
RIVALS = ("Nordtek", "Bolt & Bearing Direct", "Ferro Handel", "Quickparts", "The maker directly")
CLOSENESS = {
    1: ("Took our card at the fair and called back.", "Asked for a price of their own accord."),
    2: ("Orders without asking others first.", "Introduced us to the head of maintenance."),
    3: ("Told us next year's budget before it was decided.", "Rang us first when the line stood still."),
    4: ("Lets us plan their spare parts alone.", "Recommended us in front of their whole group."),
}
NOTES = (
    "{name} their buyer leaves in summer. Shall we go there together before?",
    "{name} please keep the price until March, I promised it on the phone.",
    "{name} they ask for one contact for all plants. I would do it.",
    "{name} what did they say about the second line?",
    "{name} good talk on Tuesday. They want to see the new drives at work.",
    "{name} an old credit note is still open there, it comes up each time.",
)
REFERRALS = (
    "",
    "Their sister plant across the river",
    "",
    "A neighbour who builds packing lines",
    "The owner's brother",
)
TOPICS = (
    "Spare parts kept for them at our place",
    "Conveyor drives in two shifts",
    "Invoices split by plant",
    "Seals for food lines",
)
WANTED_FOR = (
    "Buys everything we sell, three quarters of it elsewhere.",
    "Known in their trade: others ask them what they use.",
    "A new plant opens within an hour of our stock.",
    "We deliver to all their neighbours already.",
)
NOMINATIONS = (
    "Half the trade asks them before it buys.",
    "Second plant from summer: sales will be fivefold.",
    "Tests each new product with us and says what is wrong with it.",
    "Their founder opened three other doors for us.",
    "Pays at once and plans with us a year ahead.",
    "The head of their group decides next year for all plants.",
)
BENEFITS = (
    ("priority", "Their line for urgent parts is answered first"),
    ("delivery", "Before seven in the morning, without a charge"),
    ("invoicing", "One invoice a month, split by plant"),
    ("information", "Our stock of their fifty items, every Monday"),
    ("other", "A day in our workshop for their fitters"),
)
# By the place of its question in the bank that a company begins with.
ANSWERS = (
    ("Before seven, on the day our press broke", "When your driver took the old seals back with him", "FKM by Friday"),
    ("The certificate: without it the box stays at the gate", "A promised day", "Change the article without asking"),
    ("A second shift from March", "The new hall, if the bank says yes", "A quieter year, and two apprentices"),
    ("One invoice for all plants", "To see your stock on a page", "Boxes that one man can carry"),
    ("Nordtek, for everything with a motor", "Quickparts: cheap and there in a day", "The maker himself, for bearings"),
    ("Our head of maintenance; the buyer only signs", "Three of us, on Mondays", "The owner, above five thousand"),
    ("You came when it burned, in 2014", "A neighbour showed us your rings", "Your price then; today it is the advice"),
    ("Thursdays after the shift meeting", "Any day before nine", "Friday noon, never on a Monday"),
    ("Our sister plant in the next town", "The foundry across the road", "Nobody yet, ask me after the audit"),
)
