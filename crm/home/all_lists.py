"""Every list of the catalogue and every act on many rows: loaded with the first page or job that needs one."""

from crm.home import customer_acts, customer_list  # noqa: F401  (a list enters itself where it is written)

customer_acts.register()
