# Ramen
skip = Hoppa till innehållet
navigation = Huvudmeny
arenas = Arenor
agencies = Myndigheter
people = Deltagare
secretariat = kansliet
sign-in = Logga in
sign-in-again = Logga in igen
sign-out = Logga ut
demo-title = Det här är en demo.
demo-text = Myndigheterna finns på riktigt. Personerna, arenorna och inläggen är påhittade.
footer-about = Erfa är myndigheternas plats för att utbyta erfarenheter av digitala investeringar.

# Vanliga ord
save = Spara
cancel = Avbryt
back = Tillbaka
change = Ändra
search = Sök
show-all = Visa alla
close = Stäng
reload = Läs in sidan på nytt
to-start = Till startsidan
optional = (frivilligt)

# Behovsområden
need-areas = Behovsområden
need-area-ways-of-working = Arbetssätt
need-area-governance-and-leadership = Styrning och ledning
need-area-competence = Kompetens
need-area-results = Resultat
need-area-preconditions = Förutsättningsskapande

# Komponenter
breadcrumb = Du är här
pagination = Sidor
pagination-page = Sida { $n }
pagination-before = Föregående
pagination-after = Nästa
error-prefix = Fel:
error-summary = { $n ->
    [one] En sak behöver rättas
   *[other] { $n } saker behöver rättas
  }
readers-title = Det här kan läsas av
readers-count = { $persons ->
    [one] en person
   *[other] { $persons } personer
  } på { $agencies ->
    [one] en myndighet.
   *[other] { $agencies } myndigheter.
  }
readers-agencies = Vilka myndigheter?

# Direktuppdatering
live-on = Direktuppdatering på
live-off = Direktuppdatering av
live-again = Återansluter …
live-paused = Direktuppdatering pausad
live-pause = Pausa
live-resume = Fortsätt
live-ended = Du är inte längre inloggad. Det du har skrivit finns kvar.
live-lost = Sidan har missat något. Läs in den på nytt för att se allt.
live-dropped = Du kan inte längre följa den här sidan direkt.
live-crowded = Du har för många sidor öppna samtidigt. Den här uppdateras inte av sig själv.
live-new-one = Visa 1 nytt inlägg
live-new-other = Visa %n nya inlägg
live-new-some = Visa %n av %all nya inlägg
live-latest = Till de senaste
live-not-read = Inläggen gick inte att hämta. Försök igen
live-before-one = Visa inlägg %from
live-before-other = Visa inlägg %from–%to
live-below-one = 1 nytt inlägg längre ner
live-below-other = %n nya inlägg längre ner
live-here-one = 1 person här nu
live-here-other = %n personer här nu
live-writes = %name skriver …
live-write-one = Någon skriver …
live-write-two = %name och %other skriver …
live-write-many = Flera skriver …
live-sending = Skickar …
live-sent = Ditt inlägg är publicerat.
live-show-sent = Visa det
live-not-sent = Det gick inte att nå servern. Det du har skrivit finns kvar. Försök igen om en stund.
live-refused = Det gick inte att spara. Det du har skrivit finns kvar.
live-retry = Försök igen om %n s.

# Felsidor
error-number = Fel { $status }
error-title-not-found = Sidan finns inte
error-text-not-found = Adressen kan vara fel, eller så har sidan flyttats eller stängts för dig. Börja om från startsidan.
error-title-forbidden = Du har inte tillgång
error-text-forbidden = Den som inte är inloggad, eller inte är med i arenan, kan inte se det här.
error-title-too-many = Det gick för fort
error-text-too-many = Du har skickat mycket på kort tid. Vänta en stund och försök igen.
error-title-unavailable = Erfa svarar inte just nu
error-text-unavailable = Försök igen om en stund. Det du har sparat finns kvar.
error-title-internal = Något gick fel hos oss
error-text-internal = Försök igen om en stund. Inget som var sparat har gått förlorat.
error-title-refused = Det gick inte
error-text-refused = Gå tillbaka och försök igen. Om det inte hjälper, läs in sidan på nytt först.
resend = Skicka igen
resend-written = Det du skrev
resend-lead = Det är inte säkert att det sparades, men inget är borta: allt finns här. Vänta en stund och skicka igen.
resend-lead-in = Det sparades inte, men inget är borta: allt finns här. Skicka igen om { $seconds ->
    [one] 1 sekund
   *[other] { $seconds } sekunder
}.

# Sidor som lagen vill ha
statement-accessibility = Tillgänglighet
statement-personal-data = Personuppgifter
statement-public-records = Allmänna handlingar
statement-write-to = Skriv till { $name }: [{ $mail }](mailto:{ $mail }).
statement-turn-to = Vänd dig till { $name }.

# Diagram
chart-as-table = Siffrorna som tabell
chart-number = Antal
