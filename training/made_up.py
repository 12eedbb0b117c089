"""Makes up customer messages in four languages with their sentiment and type; all products and events are invented."""

import random
from collections.abc import Iterator

PRODUCTS = {
    "en": (
        "dishwasher|washing machine|fridge|oven|kettle|vacuum cleaner|coffee machine|blender|lamp"
        "|headphones|tablet|printer|sofa|rice cooker|toaster|dryer|television|heater"
    ),
    "de": "Spülmaschine|Waschmaschine|Lampe|Kaffeemaschine|Küchenmaschine|Heizung|Bohrmaschine|Kamera",
    "fr": "machine à café|bouilloire|télévision|cafetière|lampe|plaque de cuisson|imprimante",
    "es": "lavadora|nevera|cafetera|tostadora|lámpara|plancha|impresora|secadora",
}

# kind -> language -> sentences; {p} is a product
BANK: dict[str, dict[str, str]] = {
    "fault": {
        "en": (
            "My {p} does not work any more.|The {p} stopped working yesterday.|The {p} keeps switching "
            "itself off.|There is a strange noise from the {p} and it gets hot.|The display of the {p} "
            "shows an error code.|The {p} will not turn on.|My {p} leaks water on the floor.|The {p} is "
            "broken after only two months.|The app cannot connect to the {p}.|The {p} freezes all the time."
            "|One button of the {p} got stuck.|The {p} is defective.|The battery of the {p} is empty after "
            "ten minutes.|The {p} trips the fuse.|The {p} arrived damaged.|A part of the {p} is missing."
            "|The app crashes whenever I open it."
        ),
        "de": (
            "Meine {p} funktioniert nicht mehr.|Die {p} lässt sich nicht einschalten.|Die {p} ist defekt."
            "|Die {p} zeigt ständig eine Fehlermeldung.|Die {p} macht laute Geräusche und bleibt stehen."
            "|Die {p} ist nach zwei Monaten kaputt.|Die {p} kam beschädigt an.|Die App stürzt dauernd ab."
        ),
        "fr": (
            "Ma {p} ne fonctionne plus.|La {p} ne s'allume plus.|La {p} affiche un code d'erreur.|La {p} "
            "est tombée en panne.|La {p} fait un bruit bizarre et s'arrête.|La {p} est arrivée abîmée."
        ),
        "es": (
            "Mi {p} ya no funciona.|La {p} no enciende.|La {p} muestra un error todo el tiempo.|La {p} se "
            "ha estropeado.|La {p} hace un ruido raro y se para.|La {p} llegó dañada."
        ),
    },
    "anger": {
        "en": (
            "Your service is terrible.|I am very disappointed.|Nobody answers my emails.|The clerk was rude "
            "to me.|This is unacceptable.|I have been waiting for weeks.|I feel cheated.|What a waste of "
            "money.|I am extremely unhappy with this.|I will never buy from you again.|The quality is "
            "awful.|The delivery never came and no one called.|You charged me twice.|I am fed up with your "
            "excuses.|The driver was unfriendly and careless.|Your hotline kept me waiting for an hour.|It "
            "is much too expensive for what it is."
        ),
        "de": (
            "Ihr Service ist eine Katastrophe.|Ich bin sehr enttäuscht.|Niemand antwortet auf meine Mails."
            "|Der Verkäufer war unfreundlich.|Das ist eine Frechheit.|Ich warte seit Wochen.|Die Qualität "
            "ist miserabel.|Die Lieferung kam nicht und niemand rief an.|Nie wieder kaufe ich bei Ihnen."
        ),
        "fr": (
            "Votre service est lamentable.|Je suis très déçu.|Personne ne répond à mes messages.|C'est "
            "inadmissible.|Le vendeur a été impoli.|J'attends depuis des semaines.|La qualité est "
            "déplorable.|Je n'achèterai plus chez vous."
        ),
        "es": (
            "Su servicio es pésimo.|Estoy muy decepcionado.|Nadie contesta mis correos.|Es inaceptable.|El "
            "vendedor fue maleducado.|Llevo semanas esperando.|La calidad es horrible.|No volveré a "
            "comprarles."
        ),
    },
    "praise": {
        "en": (
            "I love my new {p}.|The {p} works perfectly.|Your staff was very friendly and helpful.|Thank "
            "you so much!|The delivery was quick and everything was perfect.|I am delighted with the {p}."
            "|Excellent quality!|I would recommend you to all my friends.|Great service, keep it up.|The "
            "{p} is the best I have ever had.|We are very happy with our purchase.|The technician was "
            "brilliant.|Five stars from me.|It exceeded my expectations.|I really appreciate your quick "
            "help.|The {p} looks beautiful in our kitchen."
        ),
        "de": (
            "Ich liebe meine neue {p}.|Die {p} funktioniert einwandfrei.|Ihr Team war sehr freundlich und "
            "hilfsbereit.|Vielen Dank!|Ich bin begeistert von der {p}.|Ausgezeichnete Qualität!|Ich kann "
            "Sie nur weiterempfehlen.|Toller Service, weiter so.|Wir sind sehr zufrieden."
        ),
        "fr": (
            "J'adore ma nouvelle {p}.|La {p} fonctionne parfaitement.|Votre équipe a été très aimable."
            "|Merci beaucoup !|Je suis ravi de la {p}.|Excellente qualité !|Je vous recommande à tous mes "
            "amis.|Service formidable, bravo."
        ),
        "es": (
            "Me encanta mi nueva {p}.|La {p} funciona perfectamente.|Su equipo fue muy amable.|¡Muchas "
            "gracias!|Estoy encantado con la {p}.|¡Excelente calidad!|Los recomiendo a todos.|Un servicio "
            "estupendo."
        ),
    },
    "question": {
        "en": (
            "Does the {p} come in black?|What are the dimensions of the {p}?|How much does the {p} cost?"
            "|When will my order arrive?|How long is the warranty?|Can I return the {p} without a receipt?"
            "|Do you deliver on Saturdays?|Which {p} do you recommend for a small flat?|Is the {p} in "
            "stock?|How do I clean the {p}?|What is your return policy?|Is installation included?|How can I "
            "reset the {p}?|Can you tell me where my parcel is?|What does the warranty cover?|Could you "
            "explain the difference between the two models?"
        ),
        "de": (
            "Gibt es die {p} auch in Schwarz?|Wie groß ist die {p}?|Was kostet die {p}?|Wann kommt meine "
            "Bestellung?|Wie lange gilt die Garantie?|Kann ich die {p} ohne Bon umtauschen?|Liefern Sie "
            "auch samstags?|Wie reinige ich die {p}?"
        ),
        "fr": (
            "La {p} existe-t-elle en noir ?|Quelles sont les dimensions de la {p} ?|Combien coûte la {p} ?"
            "|Quand ma commande arrivera-t-elle ?|Quelle est la durée de la garantie ?|Livrez-vous le "
            "samedi ?"
        ),
        "es": (
            "¿La {p} está disponible en negro?|¿Cuánto mide la {p}?|¿Cuánto cuesta la {p}?|¿Cuándo llegará "
            "mi pedido?|¿Cuánto dura la garantía?|¿Entregan los sábados?|¿Cómo se limpia la {p}?"
        ),
    },
    "request": {
        "en": (
            "Please send me a return label.|Please send a technician.|I would like to return the {p}."
            "|Please change my delivery address.|I need an appointment for the installation of the {p}."
            "|Please cancel my order.|Could you please repair the {p}?|I would like a replacement for the "
            "{p}.|Please exchange the {p}.|I want my money back.|Please call me back.|Please move the "
            "delivery to next week.|I request a refund.|Please collect the old {p}.|Can you help me to fix "
            "it?"
        ),
        "de": (
            "Bitte schicken Sie mir ein Rücksendeetikett.|Bitte senden Sie einen Techniker.|Ich möchte die "
            "{p} zurückgeben.|Bitte ändern Sie meine Lieferadresse.|Ich brauche einen Termin für die "
            "Montage der {p}.|Bitte stornieren Sie meine Bestellung.|Ich bitte um Ersatz.|Bitte rufen Sie "
            "mich zurück."
        ),
        "fr": (
            "Merci de m'envoyer une étiquette de retour.|Veuillez m'envoyer un technicien.|Je souhaite "
            "retourner la {p}.|Veuillez modifier mon adresse de livraison.|Je voudrais un rendez-vous pour "
            "l'installation de la {p}.|Je demande un remboursement."
        ),
        "es": (
            "Por favor, envíenme una etiqueta de devolución.|Manden un técnico, por favor.|Quiero devolver "
            "la {p}.|Cambien mi dirección de entrega, por favor.|Necesito una cita para instalar la {p}."
            "|Solicito el reembolso."
        ),
    },
    "fact": {
        "en": (
            "I bought the {p} in March.|The order number is 4500{n}.|I have attached a photo.|We live on "
            "the third floor.|The {p} is from your Harbour Street store.|I am at home every afternoon.|I "
            "have got the receipt.|I ordered the {p} online.|My new address is valid from May.|I will pick "
            "the {p} up on Friday.|I tried a different socket.|The model is a standard one.|I am writing "
            "about the {p}.|We have had the {p} for a while.|I have read the manual."
        ),
        "de": (
            "Ich habe die {p} im März gekauft.|Die Bestellnummer ist 4500{n}.|Ich habe ein Foto angehängt."
            "|Wir wohnen im dritten Stock.|Ich habe die {p} online bestellt.|Ich bin nachmittags zu Hause."
            "|Den Kassenbon habe ich noch."
        ),
        "fr": (
            "J'ai acheté la {p} en mars.|Le numéro de commande est 4500{n}.|Je joins une photo.|Nous "
            "habitons au troisième étage.|J'ai commandé la {p} en ligne."
        ),
        "es": (
            "Compré la {p} en marzo.|El número de pedido es 4500{n}.|Adjunto una foto.|Vivimos en el tercer "
            "piso.|Pedí la {p} por internet."
        ),
    },
    "trouble": {
        "en": (
            "My parcel has still not arrived.|The {p} should have been here last week.|The box came open "
            "and half of it is missing.|You sent me the wrong {p}.|The driver never rang and went off again."
            "|Only one of the two parcels came.|It says delivered, but I have received nothing.|Nobody showed "
            "up for the appointment.|The fitter left without finishing his work.|I still have no refund after "
            "a month.|Nothing has happened since.|The {p} is the wrong size and not what I ordered.|The "
            "tracking has not moved for ten days.|The {p} came with a scratch.|I have not heard from you at "
            "all.|My return was refused."
        ),
        "de": (
            "Mein Paket ist immer noch nicht da.|Die {p} sollte letzte Woche kommen.|Sie haben mir die falsche "
            "{p} geschickt.|Der Fahrer hat nicht geklingelt.|Der Monteur kam nicht zum Termin.|Die Hälfte "
            "fehlt im Karton.|Ich habe mein Geld nach einem Monat noch nicht zurück.|Seit Tagen tut sich "
            "nichts.|Meine Rücksendung wurde abgelehnt."
        ),
        "fr": (
            "Mon colis n'est toujours pas là.|La {p} devait arriver la semaine dernière.|Vous m'avez envoyé la "
            "mauvaise {p}.|Personne n'est venu au rendez-vous.|Il manque la moitié du colis.|Je n'ai toujours "
            "pas été remboursé."
        ),
        "es": (
            "Mi paquete todavía no ha llegado.|La {p} tenía que llegar la semana pasada.|Me enviaron la {p} "
            "equivocada.|Nadie vino a la cita.|Falta la mitad del pedido.|Aún no me han devuelto el dinero."
        ),
    },
    "courteous": {
        "en": (
            "I am afraid that I must tell you that I was not well looked after.|Forgive me for saying so, but "
            "your clerk could have been kinder.|I had rather hoped for a little more care from your side.|May "
            "I kindly point out that nobody has answered me?|It would have been nice to be listened to.|I "
            "respectfully disagree with how this was handled.|Perhaps you could remind your staff of good "
            "manners.|I regret having to write this.|It was not quite the service that one expects.|Thanks "
            "for nothing!|Well done for ruining my weekend.|Great, another promise broken.|Thanks a lot for "
            "wasting my time.|Not good enough.|I am not happy with this.|I am not satisfied with the {p}.|It "
            "does not do what you promised.|I cannot recommend the {p}."
        ),
        "de": (
            "Leider muss ich Ihnen mitteilen, dass ich nicht zufrieden bin.|Ich hätte mir mehr Entgegenkommen "
            "gewünscht.|Verzeihen Sie, aber das war nicht sehr höflich.|Vielen Dank für gar nichts!|Toll, "
            "schon wieder ein gebrochenes Versprechen.|Das ist nicht gut genug.|Ich bin nicht glücklich damit."
            "|Die {p} kann ich nicht empfehlen."
        ),
        "fr": (
            "Je me permets de vous dire que je ne suis pas satisfait.|J'aurais espéré un peu plus d'égards."
            "|Merci pour rien !|Bravo, encore une promesse non tenue.|Je ne peux pas recommander la {p}."
        ),
        "es": (
            "Lamento decirles que no estoy satisfecho.|Hubiera esperado más atención.|¡Gracias por nada!"
            "|Qué bien, otra promesa rota.|No puedo recomendar la {p}."
        ),
    },
    "relief": {
        "en": (
            "My {p} was repaired within two days.|The refund came at once, thank you.|The exchange was quick "
            "and easy.|I was worried at first, but the {p} is really good.|Not bad at all!|The {p} is not "
            "bad, I like it.|I have nothing to complain about.|No problems so far, I am glad that I bought "
            "it.|There is nothing wrong with the {p}, quite the contrary.|I have never had any trouble with "
            "the {p}.|You could not have done it better.|I can't complain.|The broken {p} was replaced "
            "without any fuss.|I did not expect to get help so fast.|My problem was solved in no time, thanks "
            "to your team.|Thanks to your colleague everything runs again.|Thank you for your patience with "
            "me.|It was worth the wait.|Thank you for going out of your way for us."
        ),
        "de": (
            "Meine {p} wurde in zwei Tagen repariert, danke.|Die Rückgabe war ganz einfach.|Gar nicht übel!"
            "|Ich kann mich nicht beschweren.|Ich hatte nie Ärger mit der {p}.|Mein Problem war im Nu gelöst."
            "|Die kaputte {p} wurde ohne Umstände ersetzt.|Nicht schlecht, das gefällt mir.|Besser als gedacht."
        ),
        "fr": (
            "Ma {p} a été réparée en deux jours, merci.|Le remboursement a été immédiat.|Pas mal du tout !|Je "
            "n'ai rien à redire.|Je n'ai jamais eu de souci avec la {p}.|Mon problème a été vite résolu, "
            "félicitations."
        ),
        "es": (
            "Mi {p} fue reparada en dos días, gracias.|El reembolso fue inmediato.|¡Nada mal!|No tengo ninguna "
            "queja.|Nunca tuve problemas con la {p}.|Resolvieron mi problema enseguida."
        ),
    },
}

# sentiment, type, the kinds of sentence a message is made of (? = may be left out)
PLANS: tuple[tuple[str, str, str], ...] = (
    ("Negative", "Complaint", "fault fact? fact?"),
    ("Negative", "Complaint", "fact? fault fault?"),
    ("Negative", "Complaint", "fact? anger anger?"),
    ("Negative", "Complaint", "anger fault? anger?"),
    ("Negative", "Complaint", "fault anger fact?"),
    ("Negative", "ServiceRequest", "fault fact? request"),
    ("Negative", "ServiceRequest", "fact? fault fault? request"),
    ("Neutral", "ServiceRequest", "fact? request fact?"),
    ("Neutral", "ServiceRequest", "request fact? fact?"),
    ("Neutral", "Question", "question"),
    ("Neutral", "Question", "fact question fact?"),
    ("Neutral", "Question", "fact? fact? question question"),
    ("Neutral", "Information", "fact fact?"),
    ("Neutral", "Information", "fact fact fact?"),
    ("Negative", "Complaint", "fact? trouble trouble?"),
    ("Negative", "Question", "fact? trouble question"),
    ("Negative", "ServiceRequest", "trouble fact? request"),
    ("Negative", "Complaint", "fact? courteous anger?"),
    ("Negative", "Complaint", "courteous trouble?"),
    ("Positive", "Complement", "praise fact?"),
    ("Positive", "Complement", "relief praise?"),
    ("Positive", "Complement", "fact? relief relief?"),
    ("Positive", "Complement", "fact? praise praise"),
    ("Positive", "Complement", "praise praise praise?"),
)


def messages(count: int, seed: int) -> Iterator[tuple[str, str, str, str]]:
    """Yields (text, sentiment, type, language); the same seed gives the same messages."""
    dice = random.Random(seed)  # noqa: S311  # made-up text, not a secret
    for _ in range(count):
        language = dice.choices(("en", "de", "fr", "es"), (5, 2, 1, 1))[0]
        sentiment, type_, plan = dice.choice(PLANS)
        yield " ".join(_sentences(plan, language, dice)), sentiment, type_, language


def _sentences(plan: str, language: str, dice: random.Random) -> Iterator[str]:
    product = dice.choice(PRODUCTS[language].split("|"))
    for kind in plan.split():
        if kind.endswith("?") and dice.random() < 0.5:
            continue
        sentence = dice.choice(BANK[kind.rstrip("?")][language].split("|"))
        yield sentence.format(p=product, n=dice.randint(10_000, 99_999))
