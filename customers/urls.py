"""The addresses of customers."""

from django.urls import path

from customers.views import data_import, product

app_name = "customers"
urlpatterns = [
    path("products/", product.ProductList.as_view(), name="product-list"),
    path("products/new/", product.ProductNew.as_view(), name="product-new"),
    path("products/<int:pk>/edit/", product.ProductEdit.as_view(), name="product-edit"),
    path("cost-rates/", product.CostRateList.as_view(), name="cost-rate-list"),
    path("cost-rates/new/", product.CostRateNew.as_view(), name="cost-rate-new"),
    path("cost-rates/<int:pk>/edit/", product.CostRateEdit.as_view(), name="cost-rate-edit"),
    path("cost-rates/<int:pk>/remove/", product.CostRateDelete.as_view(), name="cost-rate-delete"),
    path("imports/", data_import.ImportList.as_view(), name="import-list"),
    path("imports/new/", data_import.import_new, name="import-new"),
    path("imports/<int:pk>/", data_import.import_detail, name="import-detail"),
    path("imports/<int:pk>/columns/", data_import.import_columns, name="import-columns"),
    path("imports/<int:pk>/start/", data_import.import_start, name="import-start"),
    path("imports/<int:pk>/cancel/", data_import.import_cancel, name="import-cancel"),
    path("imports/<int:pk>/rejected/", data_import.import_rejected, name="import-rejected"),
]
