"""Who they are, what they bought, what they cost."""

from customers.models.attachment import Attachment
from customers.models.contact_point import ContactPoint
from customers.models.contract import Contract
from customers.models.cost_pool import CostPool, CostPoolShare
from customers.models.cost_rate import CostRate
from customers.models.custom_field import CustomField, CustomValueSet
from customers.models.customer import Customer
from customers.models.data_import import DataImport
from customers.models.duplicate import CustomerMerge, DuplicateKey, DuplicatePair, DuplicateSearch
from customers.models.fact_kind import FactKind, Question, QuestionAsking
from customers.models.import_change import ImportChange, ImportMapping
from customers.models.item_purchase import (
    BoughtTogether,
    ItemDay,
    ItemRhythm,
    PeerCustomer,
    PeerFamily,
    TouchedItems,
)
from customers.models.ladder import LadderEvidence
from customers.models.name_word import NameWord
from customers.models.need import CustomerNeed, Need
from customers.models.note import NewsSeen, Note, Watch
from customers.models.order import Order, OrderLine
from customers.models.person import Person
from customers.models.personal_data_act import PersonalDataAct
from customers.models.potential import Potential
from customers.models.product import Product
from customers.models.profile_fact import ProfileFact
from customers.models.purchase_day import (
    PurchaseDay,
    PurchaseHistory,
    PurchaseState,
    RewrittenHistory,
    RollupWatermark,
    TouchedCustomer,
)
from customers.models.recommending import ReferenceVisit, Referral, ShowroomReference, WantedCompany
from customers.models.source import Source
from customers.models.tag import CustomerTag, Tag
from customers.models.trading_name import TradingName
from customers.models.wallet import WalletEstimate, WalletSupplier

__all__ = [
    "Attachment",
    "BoughtTogether",
    "ContactPoint",
    "Contract",
    "CostPool",
    "CostPoolShare",
    "CostRate",
    "CustomField",
    "CustomValueSet",
    "Customer",
    "CustomerMerge",
    "CustomerNeed",
    "CustomerTag",
    "DataImport",
    "DuplicateKey",
    "DuplicatePair",
    "DuplicateSearch",
    "FactKind",
    "ImportChange",
    "ImportMapping",
    "ItemDay",
    "ItemRhythm",
    "LadderEvidence",
    "NameWord",
    "Need",
    "NewsSeen",
    "Note",
    "Order",
    "OrderLine",
    "PeerCustomer",
    "PeerFamily",
    "Person",
    "PersonalDataAct",
    "Potential",
    "Product",
    "ProfileFact",
    "PurchaseDay",
    "PurchaseHistory",
    "PurchaseState",
    "Question",
    "QuestionAsking",
    "ReferenceVisit",
    "Referral",
    "RewrittenHistory",
    "RollupWatermark",
    "ShowroomReference",
    "Source",
    "Tag",
    "TouchedCustomer",
    "TouchedItems",
    "TradingName",
    "WalletEstimate",
    "WalletSupplier",
    "WantedCompany",
    "Watch",
]
