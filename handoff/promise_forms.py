"""How a promise is worded: somebody of ours, a future, and something that is done for the customer. Seven languages."""

import re

_FORMS = {
    "en": r"""
        \b(?:i|we|someone|somebody|they|he|she|support|billing|finance|sales|one\ of\ \w+\ \w+
            |(?:a|an|my|our|the)\ (?:\w+\ ){0,2}?(?:team|teams|department|desk|office|colleagues?|specialists?|agents?
            |manager|engineers?|expert|staff
              |representative|person|people|finance|billing|sales|support|member))
          (?:['’]ll|\ will|\ shall|['’]m\ going\ to|['’]re\ going\ to|['’]s\ going\ to|\ (?:am|are|is)\ going\ to
            |\ (?:promise|guarantee|commit)(?:\ you)?(?:\ that)?(?:\ (?:i|we|it|you)(?:['’]ll|\ will))?(?:\ to)?)
          \ (?!not\b|never\b)(?:\w+ly\ |also\ |then\ |be\ (?:back\ )?|make\ sure\ (?:to\ |that\ \w+\ )?|have\ (?:someone
          |somebody|them)\ |personally\ |\w+\ ){0,2}?
          (?:call|calling|ring|phone|get\ back|getting\ back|come\ back|reply|replying|answer|send|sending|sent|e-?mail
          |e-?mailing|let\ you\ know
            |confirm|update\ you|follow(?:ing)?\ up|refund|refunding|refunded|credit|crediting|write|check
            |look(?:ing)?\ into|sort|fix
            |contact|contacting|reach(?:ing)?\ out|in\ touch|be\ in\ touch|cancel|escalate|investigate|arrange|process
            |processing|issue
            |extend|apply|waive|reimburse|compensate|replace|change|upgrade|downgrade|add|remove|notify|inform|pass|forward
            |take\ care
            |handle|resolve|transfer|schedule|give\ you|pay|deal\ with|solve|review|ask|tell|make\ sure|keep\ you)\b
      | \byou(?:['’]ll|\ will)\ (?!not\b|never\b)(?:soon\ |shortly\ )?
          (?:hear\ (?:back\ )?from|get\ (?:your|a|the)\ (?:\w+\ )?(?:refund|reply|call|credit|answer|money)
          |have\ your\ (?:money|refund)
            |be\ (?:refunded|credited|contacted|called|reimbursed|compensated)|receive\ (?:your|a|the)\ (?:\w+\ )?(?:refund
            |credit|call|reply))\b
      | \byour\ (?:\w+\ )?(?:refund|credit|money|request)\ (?:will|is\ going\ to)\ (?!not\b)
          (?:\w+ly\ )?(?:be\ (?:\w+ly\ )?(?:processed|paid|refunded|issued|credited|there|sent|handled|back)|arrive|reach
          |land)\b
      | \byou\ can\ (?:expect|count\ on)\ (?:a|an|your|to\ hear|us|me)\b""",
    "de": r"""
        \b(?:ich|wir|jemand|ein\ kollege|eine\ kollegin|unser\ (?:\w+-?)?team|das\ team|der\ support)\ (?:werden?|wird
          |rufen?|ruft|melden?|meldet
          |schicken?|schickt|senden?|sendet|geben?|gibt|antworten?|antwortet|kümmern?|kümmert|erstatten?|erstattet|prüfen?
          |prüft|leiten?
          |leitet|sorgen?|sorgt|überweisen?|überweist|informieren?|informiert|kontaktieren?|kontaktiert|verspreche\w*
          |garantier\w+
          |benachrichtigen?|benachrichtigt)\b
          (?!\ (?:\w+\ )?(?:nicht|nie|niemals|keine?\w*)\b)(?!\ (?:ihnen\ )?(?:gerne?\ )?(?:weiterhelfen
          |behilflich))(?!\ (?:\w+\ ){0,3}benötigen)
      | \b(?:morgen|heute|dann|gerne|danach|anschließend)\ (?:werde|werden|rufe|rufen|melde|melden|schicke|schicken|sende
        |senden|erstatte|erstatten)
          \ (?:ich|wir)\b(?!\ (?:\w+\ )?nicht)
      | \bsie\ (?:erhalten|bekommen|hören)\ (?:\w+\ ){0,4}?(?:erstattung|gutschrift|rückruf|antwort|geld|von\ uns)\b
      | \b(?:ihre?\ (?:erstattung|gutschrift|geld))\ (?:wird|kommt|trifft)\b(?!\ nicht)""",
    "fr": r"""
        \b(?:je|nous|on|quelqu['’]un|un\ collègue|une\ collègue|notre\ (?:équipe|service)(?:\ \w+)?|l['’]équipe)\ (?!ne\b
          |n['’])(?:vous\ |te\ |le\ |la\ |les\ |en\ )*
          (?:rappel\w+|reviendr\w+|enverr\w+|envoie|répondr\w+|tiendr\w+|contacter\w+|confirmer\w+|rembourser(?:ai|ons|a)
          |créditer(?:ai|ons|a)
            |vérifier(?:ai|ons|a)|transmettr(?:ai|ons|a)|informer(?:ai|ons|a)|occuper(?:ai|ons|a)|annuler(?:ai|ons|a)|ferai
            |ferons|recontacter\w+
            |promet\w*|garanti\w+|préviendr\w+|(?:vais|allons|va)\ (?:vous\ |te\ |le\ |la\ |les\ )*(?:rembourser|rappeler
            |contacter|envoyer|créditer
            |vérifier|informer|transmettre|revenir|répondre|annuler|tenir|faire|recontacter))\b
      | \b(?:je\ m['’]|nous\ nous\ )(?:occuper(?:ai|ons)|en\ occup\w+)
      | \bvous\ (?:recevrez|serez\ (?:remboursée?s?|créditée?s?|contactée?s?|rappelée?s?)|aurez\ (?:votre|une\ réponse))\b
      | \bvotre\ (?:remboursement|crédit|argent)\ (?:sera|arrivera)\b""",
    "es": r"""
        (?<!no\ )\b(?:le|te|les|os|lo|la|se\ lo|me)\ (?:llamar|devolver|enviar|responder|avisar|contestar|confirmar
          |informar|reembolsar
          |abonar|escribir|contactar|mandar|notificar|encargar|ocupar|dir|har)(?:é|á|emos|án)\b
      | (?<!no\ )(?<!no\ le\ )(?<!no\ te\ )(?<!no\ lo\ )(?<!no\ les\ )\b(?:reembolsar|devolver|abonar|enviar|llamar
        |contactar|revisar|comprobar|cancelar|transmitir|pasar|solucionar|resolver|gestionar)(?:é|emos)\b
      | (?<!no\ )\b(?:le|te|les|os|lo|la)?\ ?(?:voy|vamos|va|van)\ a\ (?:reembolsar|devolver|llamar|enviar|contactar|abonar
        |responder|avisar|revisar|cancelar|informar)\w*
      | (?<!no\ )\b(?:recibirá|recibirás|tendrá|tendrás)\ (?:\w+\ ){0,2}?(?:reembolso|devolución|abono|respuesta|llamada
        |dinero)\b
      | \b(?:prometo|prometemos|garantizo|garantizamos)\b
      | \balguien\ (?:\w+\ ){0,2}?(?:llamará|contactará|responderá|escribirá)\b
      | \bsu\ (?:reembolso|abono|dinero|devolución)\ (?:llegará|será)\b""",
    "it": r"""
        (?<!non\ )\b(?:la|le|ti|vi|lo|glielo|ve\ lo)\ (?:(?:ri)?chiamer|rimborser|invier|mander|risponder|conferm\w*er
          |informer|avviser|scriver|contatter|accrediter|ricontatter|far)(?:ò|à|emo|anno)\b
      | (?<!non\ )\b(?:rimborser|invier|verificher|controller|contatter|accrediter|annuller|risolver|inoltrer)(?:ò|emo)\b
      | \b(?:prometto|promettiamo|garantisco|garantiamo)\b
      | (?<!non\ )\b(?:riceverà|riceverai|avrà)\ (?:\w+\ ){0,2}?(?:rimborso|accredito|risposta|chiamata)\b
      | \b(?:qualcuno|un\ collega|il\ nostro\ team)\ (?:\w+\ ){0,2}?(?:chiamerà|contatterà|risponderà|richiamerà|scriverà)\b
      | \bil\ (?:suo|tuo)\ (?:rimborso|accredito|denaro)\ (?:arriverà|sarà)\b
      | \bmi\ occuperò\b|\bci\ occuperemo\b""",
    "nl": r"""
        \b(?:ik|wij|we|iemand|een\ collega|ons\ team|het\ team)\ (?:zal|zullen|ga|gaan|gaat)\ (?!niet\b)(?:\w+\ ){0,6}?
          (?:bellen|terugbellen|terugbetalen|sturen|mailen|antwoorden|nakijken|uitzoeken|regelen|opnemen|oplossen|doorgeven
          |bevestigen|laten\ weten
            |controleren|annuleren|crediteren|vergoeden|informeren|contacteren|storten|zorgen|terugkomen)\b
      | \b(?:ik|wij|we|iemand|een\ collega|ons\ team)\ (?:bel|belt|bellen|stuur|stuurt|sturen|mail|mailt|mailen|betaal
        |betaalt|betalen|neem|neemt|nemen|laat|laten|beloof|beloven|garandeer|garanderen)
          \ (?!niet\b|geen\b)(?:u|je|jullie|het|hem|deze|dit|dat|contact|de|uw)\b(?!\ (?:\w+\ )?(?:niet|geen)\b)
      | \b(?:u|je)\ (?:ontvangt|krijgt|hoort)\ (?:\w+\ ){0,3}?(?:terugbetaling|tegoed|antwoord|geld|van\ ons)\b
      | \buw\ (?:terugbetaling|geld|tegoed)\ (?:wordt|komt|zal)\b(?!\ niet)""",
    "pt": r"""
        (?<!não\ )\b(?:lhe|te|o|a|vos)\ (?:ligar|enviar|responder|avisar|confirmar|informar|contactar|contatar|reembolsar
          |devolver|creditar)(?:ei|á|emos|ão)\b
      | (?<!não\ )(?<!não\ lhe\ )(?<!não\ o\ )(?<!não\ a\ )\b(?:ligar|enviar|responder|reembolsar|devolver|creditar
        |contactar|contatar|verificar|cancelar|resolver|encaminhar|tratar)(?:ei|emos|-lhe-ei|-lhe-emos)\b
      | (?<!não\ )\b(?:ligar|enviar|responder|contactar|reembolsar|devolver)-(?:lhe|vos|te|o|a)-(?:ei|emos|á|ão)\b
      | (?<!não\ )\b(?:vou|vamos|vai|vão)\ (?:lhe\ |te\ )?(?:reembolsar|devolver|ligar|enviar|contactar|contatar|responder
        |avisar|verificar|creditar|cancelar|informar)\w*
      | (?<!não\ )\b(?:receberá|receberás|terá)\ (?:\w+\ ){0,2}?(?:reembolso|crédito|resposta|chamada|ligação|dinheiro)\b
      | \b(?:prometo|prometemos|garanto|garantimos)\b
      | \b(?:alguém|um\ colega|a\ nossa\ equipa|nossa\ equipe)\ (?:\w+\ ){0,2}?(?:ligará|contactará|responderá|entrará
        |escreverá)\b
      | \b(?:seu|o\ seu)\ (?:reembolso|crédito|dinheiro)\ (?:chegará|será)\b""",
}
_PROMISES = tuple(re.compile(form, re.IGNORECASE | re.VERBOSE) for form in _FORMS.values())
_NEEDS = re.compile(
    r"\b(?:i|we)(?:['’]ll|\ will)\s(?:only\s|also\s|just\s)?(?:need|require|be\s(?:happy|glad)|have\sto\s(?:ask|check)\syou)\b"
    r"|\b(?:if|unless)\s(?:i|we)\b",
    re.IGNORECASE,
)


def promises(sentence: str) -> bool:
    """Whether a sentence promises something. A question doesn't, nor does what we need from the customer."""
    if sentence.strip().endswith("?") or _NEEDS.search(sentence):
        return False
    return any(pattern.search(sentence) for pattern in _PROMISES)
