from tests.fakes.model import Meant
from core.language import Act
async def test_it(meet):
    w = await meet("ACC-003", {"credit": Meant(intent="give_credit", slots={"amount": "20 USD"}), "yes": Meant(intent="none", act=Act.AFFIRM)})
    print(await w.say("credit"))
    print(await w.say("yes"))
    print(await w.press(True))
