"""The addresses of customers."""

from django.urls import path

from customers.views import customer, data_import, order, person, product, wallet

app_name = "customers"
urlpatterns = [
    path("new/", customer.CustomerNew.as_view(), name="customer-new"),
    path("new/alike/", customer.warn_of_duplicates, name="duplicate-warning"),
    path("<int:pk>/edit/", customer.CustomerEdit.as_view(), name="customer-edit"),
    path("<int:pk>/archive/", customer.archive, name="customer-archive"),
    path("<int:pk>/restore/", customer.restore, name="customer-restore"),
    path("<int:customer_pk>/people/new/", person.PersonNew.as_view(), name="person-new"),
    path("people/<int:pk>/edit/", person.PersonEdit.as_view(), name="person-edit"),
    path("<int:customer_pk>/contact-points/new/", person.ContactPointNew.as_view(), name="contact-point-new"),
    path("contact-points/<int:pk>/edit/", person.ContactPointEdit.as_view(), name="contact-point-edit"),
    path("contact-points/<int:pk>/remove/", person.ContactPointDelete.as_view(), name="contact-point-delete"),
    path("<int:customer_pk>/facts/new/", person.FactNew.as_view(), name="fact-new"),
    path("<int:customer_pk>/wallet/", wallet.wallet_card, name="wallet-card"),
    path("<int:customer_pk>/wallet/new/", wallet.wallet_new, name="wallet-new"),
    path("<int:customer_pk>/potential/new/", wallet.potential_new, name="potential-new"),
    path("<int:customer_pk>/needs/", wallet.need_card, name="need-card"),
    path("<int:customer_pk>/needs/new/", wallet.customer_need_new, name="customer-need-new"),
    path("customer-needs/<int:pk>/", wallet.customer_need_edit, name="customer-need-edit"),
    path("customer-needs/<int:pk>/remove/", wallet.customer_need_remove, name="customer-need-remove"),
    path("needs/", wallet.NeedList.as_view(), name="need-list"),
    path("needs/new/", wallet.NeedNew.as_view(), name="need-new"),
    path("needs/<int:pk>/edit/", wallet.NeedEdit.as_view(), name="need-edit"),
    path("orders/", order.OrderList.as_view(), name="order-list"),
    path("orders/<int:pk>/", order.OrderDetail.as_view(), name="order-detail"),
    path("<int:customer_pk>/orders/new/", order.OrderNew.as_view(), name="order-new"),
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
