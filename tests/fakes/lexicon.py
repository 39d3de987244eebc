"""A small company's words, for tests."""

from bot.models.embedded.lexicon import Lexicon

SMALL = Lexicon(
    plans={"starter": ("Starter",), "team": ("Team",), "business": ("Business",)},
    addons={"sso": ("SSO", "single sign-on", "company login"), "reports": ("Reports Plus", "dashboards")},
    needs={"sso": ("sign in with the company account",), "reports": ("graphs of overtime by site",)},
    upsell={"seats": ("we are hiring ten people",), "plan": ("a bigger plan with more features",)},
    common_names=frozenset({"team", "business", "starter"}),
    product_words=frozenset({"kiosk"}),
)
