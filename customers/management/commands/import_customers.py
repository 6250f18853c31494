"""``manage.py import_customers FILE``"""

from customers.import_command import ImportCommand
from customers.rules.import_columns import CUSTOMERS


class Command(ImportCommand):
    help = "Import customers from a CSV (also .gz) or XLSX file. The same file again changes nothing."
    import_kind = CUSTOMERS
