"""What customers of the demo company complained of, what was done about it, and what they said then."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ComplaintStory:
    """A complaint in the customer's words and ours, from the first to the last; ``goodwill_cents`` 0 is nothing.

    ``learnt`` is the answer published for the next case of the kind, "" where nothing was to be learnt.
    """

    title: str
    words: str
    wants: str
    costs_them: str
    answer: str
    remedy: str
    last_word: str
    goodwill: str = ""
    goodwill_cents: int = 0
    learnt: str = ""


STORIES = (
    ComplaintStory(
        "Wrong seal material",
        "The seals went soft after six weeks. Line 3 stood for six hours.",
        "FKM rings by Friday, and to know how it happened",
        "six hours of line 3, about 9,000",
        "It is mine now. Your order said FKM, the picker took NBR. New rings leave with tonight's courier.",
        "FKM rings by courier, the wrong ones taken back, two-person check for elastomers",
        "The line runs. And somebody rang me every second day.",
        "Courier and the first set of rings",
        26_800,
        learnt=(
            "NBR and FKM rings look alike and lie side by side. Ask for the marking on the old ring, send the "
            "right set by courier the same day, and take the wrong ones back: mixed sets are fitted again in the "
            "next night shift. Since May two people check elastomers before they leave."
        ),
    ),
    ComplaintStory(
        "Two deliveries late in a row",
        "Nobody rang. We heard it from the driver.",
        "A call before it is late, not after",
        "overtime on two Saturdays",
        "The lorry is full on Thursdays since August. I look for another day and ring you tomorrow.",
        "Deliveries on Wednesday before ten, a call the day before",
        "Three on time now. We stay on Wednesday.",
        learnt=(
            "Look at the day of the tour before anything else: two out of three late deliveries were on a full "
            "Thursday lorry. Offer another fixed day, and ring the day before for the next three deliveries. That "
            "call is what they remember."
        ),
    ),
    ComplaintStory(
        "Box damaged, gloves wet",
        "The pallet stood in the rain.",
        "200 pairs of dry gloves",
        "half a shift without gloves",
        "Taken back and sent again today. The driver has been told about the canopy.",
        "200 pairs sent again, pallets wrapped twice in autumn",
        "Came the next morning, all dry.",
        "Freight of the second delivery",
        4_200,
        learnt=(
            "Send again at once, do not wait for the carrier's report. Ask for one photo of the pallet label: "
            "with it the carrier pays. From September to March wrap twice."
        ),
    ),
    ComplaintStory(
        "Credit note promised twice",
        "I have asked three people now.",
        "The credit note, 318.40, this month",
        "my bookkeeper's patience",
        "It was never entered. I have entered it while we talk; you have it by mail in ten minutes.",
        "Credit note 318.40 by mail, one contact for all questions of accounts",
        "Got it before I had put the phone down.",
        learnt=(
            "Look in accounts whether it was entered at all; in most cases it was not. Enter it while the "
            "customer is on the line and send the mail before you hang up. Give one name for all questions of "
            "accounts."
        ),
    ),
    ComplaintStory(
        "Hose burst at half the stated pressure",
        "It could have hurt somebody.",
        "To know whether the other forty are safe",
        "a stopped press and a fright",
        "Please take all of batch 0714 out of use. A technician is with you this afternoon.",
        "Batch 0714 recalled, 40 hoses replaced on site, report of the maker",
        "You took it as seriously as we did.",
        "Hoses and the technician's day",
        128_000,
        learnt=(
            "Safety first: ask them to take the whole batch out of use and say so in writing. Quality sends a "
            "technician the same day and tells every other customer of the batch. Replace on site, cost is ours "
            "until the maker has answered."
        ),
    ),
    ComplaintStory(
        "Price differs from the list",
        "On the phone it was another price.",
        "The price she said",
        "412.00 on this invoice",
        "The list changed that night. What was said counts; the invoice is being written again.",
        "Invoice at the price that was said, list dated on every offer",
        "Fair.",
        learnt=(
            "What was said on the phone counts. Write the invoice again and note the date of the list on the "
            "offer. Do not explain the change of the list before the invoice is right."
        ),
    ),
    ComplaintStory(
        "Certificates missing for the third time",
        "The auditor was here and the folder was empty.",
        "Certificates with every box, not on request",
        "a finding in our audit",
        "All of this year's are in your mail now. From Monday they print with the delivery note.",
        "Certificates printed with every delivery note, folder of the year by mail",
        "The auditor closed the finding.",
        learnt=(
            "Send the folder of the whole year at once, not the one sheet. Switch on printing with the delivery "
            "note for this customer; it takes a minute in the order system."
        ),
    ),
    ComplaintStory(
        "Pump louder than the old one",
        "We cannot keep the door open any more.",
        "A quiet pump or the old one back",
        "two people moved to another desk",
        "That is not how it should sound. We measure on site on Tuesday.",
        "Dampers and new feet at no charge, measured again at 68 dB",
        "Better. Not silent, but we can talk.",
        "Dampers and feet",
        38_500,
    ),
    ComplaintStory(
        "Short by two cartons",
        "The note says ten, we counted eight.",
        "The two cartons, or eight on the invoice",
        "one pallet waits for its bolts",
        "Our scale says eight too. Two cartons leave at noon.",
        "Two cartons the same day, weight printed on the note",
        "All here. Thank you for not arguing.",
        learnt=(
            "Compare with our scale, not with their count: the weight of each pallet is kept for 90 days. If ours "
            "says the same, the cartons leave the same day and nobody argues."
        ),
    ),
    ComplaintStory(
        "Nobody could say which bearing fits",
        "Four people, four answers.",
        "Somebody who knows, and a drawing",
        "a week of looking",
        "Mr Oyelaran knows the series by heart. He rings you at two.",
        "Named adviser for bearings, drawing by mail, the wrong ones back",
        "He knew it in one minute.",
    ),
    ComplaintStory(
        "Delivered to the wrong plant",
        "It is in Ostrava. We are in Brno.",
        "It here by Wednesday",
        "the fitter stood around for a day",
        "A van fetches it tonight and is with you at seven.",
        "Brought over by van, address of each plant kept apart",
        "Seven sharp. Good.",
        "Van and the fitter's day",
        52_000,
    ),
    ComplaintStory(
        "Sales call the day after we complained",
        "First mend it, then sell.",
        "To be left in peace until it is done",
        "trust",
        "You are right. Nobody sells to you until this is closed; I am your only contact until then.",
        "Offers held back while a case is open",
        "Now you may ring again.",
    ),
)
