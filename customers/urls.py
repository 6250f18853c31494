"""The addresses of customers."""

from django.urls import path

from customers.views import product

app_name = "customers"
urlpatterns = [
    path("products/", product.ProductList.as_view(), name="product-list"),
    path("products/new/", product.ProductNew.as_view(), name="product-new"),
    path("products/<int:pk>/edit/", product.ProductEdit.as_view(), name="product-edit"),
    path("cost-rates/", product.CostRateList.as_view(), name="cost-rate-list"),
    path("cost-rates/new/", product.CostRateNew.as_view(), name="cost-rate-new"),
    path("cost-rates/<int:pk>/edit/", product.CostRateEdit.as_view(), name="cost-rate-edit"),
    path("cost-rates/<int:pk>/remove/", product.CostRateDelete.as_view(), name="cost-rate-delete"),
]
