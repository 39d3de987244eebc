"""A word-for-word translation, plain enough for a scripted model: figures, codes and names stay as they are."""

import re
from collections.abc import Mapping

_DE = (
    "the=der a=ein an=ein and=und or=oder of=von to=zu in=in on=auf at=bei for=für with=mit without=ohne by=durch from=von "
    "is=ist are=sind was=war were=waren be=sein has=hat have=haben can=kann may=darf must=muss will=wird you=Sie your=Ihr "
    "we=wir our=unser it=es its=sein they=sie their=ihr this=dieser that=dass which=welcher who=wer when=wenn if=falls "
    "then=dann not=nicht no=kein never=nie none=keiner can't=kann(nicht) cannot=kann(nicht) isn't=ist(nicht) "
    "aren't=sind(nicht) don't=(nicht) doesn't=(nicht) didn't=(nicht) won't=wird(nicht) only=nur also=auch every=jeder "
    "each=jeder all=alle any=jeder one=ein day=Tag days=Tage week=Woche weeks=Wochen month=Monat months=Monate year=Jahr "
    "years=Jahre hour=Stunde hours=Stunden minute=Minute minutes=Minuten business=Werk password=Passwort "
    "passwords=Passwörter seat=Platz seats=Plätze price=Preis prices=Preise invoice=Rechnung invoices=Rechnungen "
    "account=Konto accounts=Konten plan=Tarif plans=Tarife pay=zahlen paid=bezahlt payment=Zahlung charge=Gebühr "
    "refund=Erstattung customer=Kunde person=Person people=Personen company=Firma before=vor after=nach until=bis "
    "within=binnen per=pro than=als as=wie but=aber more=mehr most=meist less=weniger first=erste last=letzte new=neu "
    "same=gleich other=andere there=dort here=hier open=öffnen choose=wählen send=senden use=nutzen set=setzen time=Zeit "
    "period=Zeitraum end=Ende start=Beginn long=lang least=mindestens characters=Zeichen character=Zeichen code=Code "
    "app=App settings=Einstellungen renewal=Verlängerung contract=Vertrag "
)
_FR = (
    "the=le a=un an=un and=et or=ou of=de to=à in=dans on=sur at=à for=pour with=avec without=sans by=par from=de is=est "
    "are=sont was=était were=étaient be=être has=a have=ont can=peut may=peut must=doit will=sera you=vous your=votre "
    "we=nous our=notre it=il its=son they=ils their=leur this=ce that=que which=lequel who=qui when=quand if=si then=alors "
    "not=pas no=aucun never=jamais none=aucun can't=peut(pas) cannot=peut(pas) isn't=est(pas) aren't=sont(pas) don't=(pas) "
    "doesn't=(pas) didn't=(pas) won't=sera(pas) only=seulement also=aussi every=chaque each=chaque all=tous any=tout one=un "
    "day=jour days=jours week=semaine weeks=semaines month=mois months=mois year=an years=ans hour=heure hours=heures "
    "minute=minute minutes=minutes password=mot seat=siège seats=sièges price=prix prices=prix invoice=facture "
    "invoices=factures account=compte accounts=comptes plan=formule plans=formules pay=payer paid=payé payment=paiement "
    "charge=frais refund=remboursement customer=client person=personne people=personnes company=société before=avant "
    "after=après until=jusque within=sous per=par than=que as=comme but=mais more=plus most=plupart less=moins "
    "first=premier last=dernier new=nouveau same=même other=autre there=là here=ici open=ouvrir choose=choisir send=envoyer "
    "use=utiliser set=régler time=temps period=période end=fin start=début long=long least=moins characters=caractères "
    "settings=réglages "
)


def _pairs(words: str) -> dict[str, str]:
    pairs = (each.split("=") for each in words.split())
    return {english: other.replace("(", " ").replace(")", "").strip() for english, other in pairs}


WORDS: Mapping[str, Mapping[str, str]] = {"de": _pairs(_DE), "fr": _pairs(_FR)}
_WORD = re.compile(r"[A-Za-z]+(?:['’][a-z]+)?")
_DECIMAL = re.compile(r"(?<=\d)[.,](?=\d)")
_OTHER_MARK = {".": ",", ",": "."}


def translated(text: str, language: str) -> str:
    """The text with its known words replaced, and figures written as that language writes them."""
    known = WORDS.get(language, {})
    first = True

    def other(match: re.Match[str]) -> str:
        nonlocal first
        word, begins = match[0].replace("’", "'"), first
        first = False
        if word[0].isupper() and not begins:
            return match[0]
        found = known.get(word.lower(), "")
        if not found:
            return match[0]
        return found[0].upper() + found[1:] if begins else found

    return _DECIMAL.sub(lambda match: _OTHER_MARK[match[0]], _WORD.sub(other, text)) if known else text
