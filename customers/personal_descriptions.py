"""What is special about the customers app's records when a customer is handed out his data or erased."""

from customers import models
from customers.personal_records import describe_records

REMOVED = (
    models.Attachment,
    models.ContactPoint,
    models.CustomerMerge,
    models.CustomerTag,
    models.DuplicateKey,
    models.DuplicatePair,
    models.Note,
    models.PeerCustomer,
    models.Person,
    models.ProfileFact,
    models.Watch,
)
NOT_TOLD = {models.CustomerMerge, models.DuplicateKey, models.DuplicatePair, models.PeerCustomer}
DERIVED = (
    models.ItemDay,
    models.ItemRhythm,
    models.PurchaseDay,
    models.PurchaseHistory,
    models.PurchaseState,
)


def register() -> None:
    """Enter them; called once when Django starts."""
    for model in REMOVED:
        describe_records(model, is_removed=True, is_told=model not in NOT_TOLD)
    for model in DERIVED:
        describe_records(model, is_derived=True)
    describe_records(models.Order, keep=("number", "currency"))
    describe_records(models.WalletSupplier, keep=("name",))
