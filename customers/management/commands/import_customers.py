"""``manage.py import_customers FILE``"""

from customers.import_command import ImportCommand
from customers.models import DataImport


class Command(ImportCommand):
    help = "Import customers from a CSV (also .gz) or XLSX file. The same file again changes nothing."
    import_kind = DataImport.Kind.CUSTOMERS
