"""Pages of funds, awards and transfers."""

from django.urls import path

from subsidies.views import awards, desk, exports, funds, inspections, rules

urlpatterns = [
    path("", funds.FundListView.as_view(), name="funds"),
    path("funds/<slug:code>/", funds.FundView.as_view(), name="fund"),
    path("funds/<slug:code>/budget/", funds.BudgetView.as_view(), name="fund-budget"),
    path("funds/<slug:code>/spend/", funds.SpendView.as_view(), name="fund-spend"),
    path("funds/<slug:code>/inspect/", inspections.InspectView.as_view(), name="fund-inspect"),
    path("spendings/<int:pk>/reverse/", funds.SpendReverseView.as_view(), name="fund-reverse"),
    path("funds/<slug:code>/ledger.<str:fmt>", exports.LedgerView.as_view(), name="fund-ledger"),
    path("awards/", awards.AwardListView.as_view(), name="awards"),
    path("awards/export.<str:fmt>", exports.AwardsView.as_view(), name="awards-export"),
    path("awards/<int:pk>/", awards.AwardView.as_view(), name="award"),
    path("awards/<int:pk>/cancel/", awards.CancelView.as_view(), name="award-cancel"),
    path("orders/<int:pk>/", awards.OrderView.as_view(), name="award-order"),
    path("orders/<int:pk>/order.pdf", exports.OrderPdfView.as_view(), name="award-order-pdf"),
    path("desk/", desk.DeskView.as_view(), name="money-desk"),
    path("transfers/<int:pk>/reverse/", desk.TransferReverseView.as_view(), name="transfer-reverse"),
    path("receipts/<int:pk>/reverse/", desk.ReceiptReverseView.as_view(), name="receipt-reverse"),
    path("rules/", rules.RuleListView.as_view(), name="award-rules"),
    path("rules/<int:pk>/", rules.RuleView.as_view(), name="award-rule"),
    path("alerts/", rules.AlertListView.as_view(), name="money-alerts"),
]
