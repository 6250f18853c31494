"""Who they are, what they bought, what they cost."""

from customers.models.contact_point import ContactPoint
from customers.models.cost_rate import CostRate
from customers.models.customer import Customer
from customers.models.data_import import DataImport
from customers.models.order import Order, OrderLine
from customers.models.person import Person
from customers.models.product import Product
from customers.models.profile_fact import ProfileFact
from customers.models.purchase_day import PurchaseDay, PurchaseState, RollupWatermark, TouchedCustomer

__all__ = [
    "ContactPoint",
    "CostRate",
    "Customer",
    "DataImport",
    "Order",
    "OrderLine",
    "Person",
    "Product",
    "ProfileFact",
    "PurchaseDay",
    "PurchaseState",
    "RollupWatermark",
    "TouchedCustomer",
]
