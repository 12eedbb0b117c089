"""Messages made up for the tests alone: never trained on, never tuned on. (intent, sentiment, text).

A report of a fault without any reproach is neutral since 2026-12-01, as strangers would call it.
"""

MESSAGES: tuple[tuple[str, str, str], ...] = (
    (
        "TI",
        ("Negative"),
        ("Our freezer beeps all night and the door alarm won't stop even though it is shut. It is driving us mad."),
    ),
    (
        "TI",
        ("Negative"),
        ("The screen of my new laptop flickers and goes black after a minute. I already installed all updates."),
    ),
    ("TI", "Neutral", "The juicer hums but the blades do not turn. I cleaned it and put it together again, no change."),
    ("TI", ("Negative"), "The heater blows cold air only. Please send someone to look at it, we have a baby at home."),
    ("TI", "Negative", "Der Rasierer lädt nicht mehr, die Leuchte blinkt rot und dann geht er aus."),
    ("TI", "Neutral", "Le robot de cuisine ne démarre plus et affiche E2 sur l'écran."),
    ("TI", "Neutral", "El televisor se apaga solo y la imagen se ve verde."),
    ("PI", "Neutral", "How wide is the smallest freezer you sell, and is there one with a glass door?"),
    ("PI", ("Neutral"), "Could you let me know if the soundbar works with older televisions that have no HDMI port?"),
    ("PI", "Neutral", "I'd like to know the weight of the sewing machine and whether a case comes with it."),
    ("PI", "Neutral", "Welche Farben gibt es beim Wasserkocher, und wie viel Liter fasst er?"),
    ("PI", "Neutral", "Quel est le prix du grille-pain à quatre fentes et sa puissance ?"),
    ("PI", "Neutral", "¿El aspirador sirve para alfombras y cuánto dura la batería?"),
    ("WR", "Neutral", "I'd like to send the camera back, it is not what I expected. How do I get a return label?"),
    ("WR", "Neutral", "Is the compressor covered after three years if I registered the product?"),
    ("WR", "Neutral", "Please tell me how long I can exchange a present that was bought in November."),
    ("WR", "Neutral", "Ich möchte den Toaster umtauschen, welche Unterlagen brauchen Sie dafür?"),
    ("WR", "Neutral", "Combien de temps ai-je pour renvoyer un article et être remboursé ?"),
    ("WR", "Neutral", "Quisiera cambiar la plancha por otra, todavía tengo el recibo y está en garantía."),
    ("DI", "Neutral", "On which day will my bookshelf be delivered? I ordered it on Sunday."),
    ("DI", "Neutral", "Can your people carry the freezer into the cellar and install it there?"),
    ("DI", "Neutral", "Please deliver the oven to my neighbour at number 14, I am at work all day."),
    ("DI", "Neutral", "Wird der Herd auch angeschlossen, wenn er geliefert wird?"),
    ("DI", "Neutral", "À quelle heure passera le livreur demain ?"),
    ("DI", "Neutral", "¿Cuándo me entregan el sofá que pedí la semana pasada?"),
    (
        "CA",
        ("Negative"),
        ("Your cashier shouted at my daughter in front of everybody. I have never been so embarrassed in a shop."),
    ),
    (
        "CA",
        ("Negative"),
        "Nobody ever calls back. Five promises, five lies. Your customer service is the worst I know.",
    ),
    (
        "CA",
        ("Negative"),
        "I am shocked at how rude your staff were to me today, I will not set foot in your store again.",
    ),
    ("CA", ("Negative"), "Ich bin stinksauer, Ihre Mitarbeiter waren frech und haben mich eine Stunde warten lassen."),
    ("CA", "Negative", "C'est scandaleux, vos vendeurs sont désagréables et personne ne veut m'écouter."),
    ("CA", "Negative", "Qué vergüenza de servicio, me trataron fatal y nadie se disculpó."),
    (
        "CI",
        ("Positive"),
        "Hats off to the young man who repaired our stove, he was kind, quick and explained everything.",
    ),
    ("CI", "Positive", "What a lovely shop! Everybody was helpful and my daughter adores her new desk."),
    ("CI", "Positive", "The mixer is simply superb, I bake twice as much as before. Thank you!"),
    ("CI", "Positive", "Ein großes Kompliment an Ihr Team, so freundlich wurde ich noch nie beraten."),
    ("CI", "Positive", "Bravo, le four est magnifique et la livraison impeccable, merci à tous."),
    ("CI", "Positive", "Muchísimas gracias, el técnico fue amable y la nevera funciona de maravilla."),
)

OFF_TOPIC: tuple[str, ...] = (
    "Who discovered penicillin?",
    "What is the boiling point of mercury?",
    "My horoscope says that I shall travel.",
    "How many strings does a cello have?",
    "The parliament voted on the pension law.",
    "Was kostet ein Studium in Norwegen?",
    "Quelle est la plus longue rivière du monde ?",
    "Which dinosaur had the longest neck?",
)
