# Logga in
sign-in-title = Logga in
sign-in-lead = Skriv din e-postadress på jobbet, så skickar vi en länk som du loggar in med. Du behöver inget lösenord.
sign-in-by-mail = Logga in med e-post
sign-in-who = Vem kan logga in?
sign-in-who-text = Den som är inbjuden av sin myndighets kontaktperson eller av kansliet. Är du inte inbjuden, hör av dig till kontaktpersonen på din myndighet.
field-email = E-postadress
field-email-hint = Samma adress som du blev inbjuden med.
send-link = Skicka länken
sent-title = Titta i din e-post
sent-lead = Om adressen är inbjuden har vi skickat en länk dit. Den fungerar i { $minutes } minuter och en gång.
sent-same-browser = Öppna länken i samma webbläsare som du bad om den i.
sent-nothing = Har det inte kommit något efter några minuter? Titta i skräpposten, och kontrollera att du skrev adressen som du blev inbjuden med.
sent-again = Be om en ny länk
link-lead = Tryck på knappen för att logga in.
link-lasts = Du är inloggad i högst tolv timmar, eller tills du loggar ut.
link-used-title = Länken är redan använd
link-used = En inloggningslänk fungerar bara en gång.
link-used-do = Är du inte inloggad, be om en ny länk. Var det inte du som använde den, säg till kansliet.
link-expired-title = Länken är för gammal
link-expired = En inloggningslänk fungerar i femton minuter.
link-expired-do = Be om en ny länk, och öppna den så snart den kommer.
link-browser-title = Länken hör till en annan webbläsare
link-browser = Länken fungerar bara i den webbläsare där du bad om den.
link-browser-do = Öppna länken där, eller be om en ny länk i den här webbläsaren.
link-unknown-title = Länken fungerar inte
link-unknown = Länken är inte hel, eller så har den aldrig funnits.
link-unknown-do = Kopiera hela länken ur mejlet, eller be om en ny.
new-link = Be om en ny länk
demo-choose = Välj vem du vill vara
demo-choose-text = Alla personer här är påhittade. Du loggar in som en av dem med ett tryck.
demo-nobody = Det finns inga påhittade personer att välja ännu.
demo-sign-in-as = Logga in som { $name }
not-joined-name = Inbjuden

# Inloggning med en OpenID-leverantör
openid-sign-in = Logga in med din myndighet
openid-leave-title = Till inloggningstjänsten
openid-leave = Du skickas till ”{ $name }” för att logga in där.
openid-leave-do = Gå vidare om inget händer
signed-out-title = Du är utloggad
signed-out-lead = Du är utloggad här. Du kan fortfarande vara inloggad hos ”{ $name }”, så att nästa person vid den här datorn kommer in som du.
signed-out-do = Logga ut i inloggningstjänsten också
openid-again = Till inloggningssidan
openid-not-begun-title = Inloggningen kan inte slutföras
openid-not-begun = Inloggningen påbörjades inte i den här webbläsaren, är redan använd eller tog mer än tio minuter.
openid-not-begun-do = Börja om från inloggningssidan.
openid-unknown-title = Du är inte känd här
openid-unknown = Du har loggat in i inloggningstjänsten, men kontot är inte kopplat till någon här.
openid-unknown-do = Om du är inbjuden loggar du in med din e-postadress och kopplar kontot från din sida. Annars vänder du dig till din myndighets kontaktperson eller till kansliet.
openid-linked-title = Kontot är redan kopplat
openid-linked = Kontot hör till någon annan här.
openid-linked-do = Logga ut i inloggningstjänsten om flera använder den här webbläsaren, och försök igen. Berätta för kansliet om kontot är ditt.
openid-other-title = Det var någon annan
openid-other = Du bekräftade vem du är med ett annat konto än det du är inloggad med.
openid-other-do = Försök igen med ditt eget konto.
openid-failed-title = Inloggningstjänsten svarar inte
openid-failed = Inloggningstjänsten går inte att nå just nu, eller svarade inte som den ska.
openid-failed-do = Försök igen om en stund, eller logga in med din e-postadress.
openid-denied-title = Inloggningen avbröts
openid-denied = Inloggningen avbröts i inloggningstjänsten.
openid-denied-do = Försök igen, eller logga in med din e-postadress.
openid-level-title = Inloggningen var inte tillräckligt stark
openid-level = Du behöver bekräfta vem du är på ett starkare sätt än du gjorde.
openid-level-do = Försök igen och välj ett annat sätt att logga in i inloggningstjänsten.
openid-refused-title = Inloggningen avvisades
openid-refused = Svaret från inloggningstjänsten gick inte att kontrollera, så ingen loggades in.
openid-refused-do = Börja om från inloggningssidan. Berätta för kansliet om det händer igen.
openid-step-up-title = Bekräfta vem du är
openid-step-up = Innan du går vidare behöver du logga in en gång till med ”{ $name }”. Du kommer tillbaka hit efteråt.
openid-step-up-do = Gå vidare
identities = Konton i inloggningstjänster
identities-text = Med ett kopplat konto loggar du in utan länk i e-posten.
identities-later = Du kan göra det senare också, på din egen sida.
identity-since = Kopplat
identity-unlink = Ta bort kopplingen
identity-link = Koppla: { $name }
kept-identity = Kopplat konto
kept-identity-at = { $provider }: { $account }, sedan { $at }
wrong-last-way-in = Du har ingen e-postadress här, så utan kontot kan du inte logga in igen. Koppla ett annat först.

# Gå med
join-title = Välkommen till Erfa
join-lead = Du är inbjuden för { $agency }. Berätta vem du är, så är du med.
join-seen = Alla som är med i utbytet ser ditt namn, vad du arbetar med och din myndighet.
personal-data-link = Så behandlar vi personuppgifter
join = Gå med
field-name = Namn
field-name-hint = För- och efternamn.
field-title = Vad du arbetar med
field-title-hint = Till exempel digitaliseringsstrateg.

# Min sida
me-title = Min sida
my-roles = Mina uppdrag
as-others-see = Så ser andra dig
profile = Namn och arbete
language = Språk
language-text = Sidorna finns också på
sessions = Här är du inloggad
sessions-text = Känner du inte igen en inloggning, avsluta den.
session-began = Inloggad
session-this = Den här webbläsaren
session-until = Gäller till
session-end = Avsluta
tokens = Åtkomstnycklar till API
tokens-text = Med en nyckel läser och skriver ett program som du, med det du får se och göra.
tokens-docs = Beskrivning av API:et
token-from = Från
token-until = Gäller till
token-revoke = Återkalla
token-over = Gäller inte längre
token-new = Ny nyckel
token-issue = Skapa nyckel
field-label = Vad nyckeln är till
field-label-hint = Ett namn som du känner igen den på.
field-scopes = Vad nyckeln får göra
field-days = Antal dagar som nyckeln gäller
field-days-hint = Högst { $max } dagar.
scope-read = Läsa
scope-write = Skriva
scope-hint-read = Läsa det som du får läsa.
scope-hint-write = Skriva det som du får skriva.
token-issued-title = Nyckeln är skapad
token-issued-lead = Kopiera nyckeln ”{ $label }” nu.
token-shown = Nyckeln
token-shown-hint = Den visas bara den här gången. Ge den inte till någon annan.
token-use = Programmet skickar nyckeln så här:
token-shown-before = Nyckeln är redan skapad och visad. Har du inte kvar den, återkalla den och skapa en ny.
to-me = Till min sida
kept = Det här finns sparat om dig
kept-text = Dessutom finns det du har skrivit i arenor och trådar.
kept-email = E-postadress
kept-none = Ingen
kept-invited = Inbjuden
kept-invited-for = { $at }, för { $agency }
kept-joined = Gick med
kept-affiliation = Arbetar för
kept-mandate = Uppdrag
kept-since = { $agency }, sedan { $from }
kept-between = { $agency }, från { $from } till { $until }

# Myndigheter
agencies-title = Myndigheter
agencies-lead = Myndigheterna i utbytet.
agencies-people = Visa alla som är med
agencies-search = Sök på namn, förkortning eller tidigare namn
agencies-none = Det finns inga myndigheter ännu
agencies-none-do = Den som sköter Erfa läser in dem med kommandot erfa import agencies.
agencies-not-found = Ingen myndighet matchar ”{ $q }”
agencies-not-found-do = Prova en del av namnet, eller ett tidigare namn.
agencies-count = { $n ->
    [one] En myndighet
   *[other] { $n } myndigheter
  }
agencies-found-by = tidigare eller även { $name }
agency-short-name = Förkortning
agency-website = Webbplats
agency-other-names = Tidigare eller andra namn
agency-people = De som är med
agency-nobody = Ingen från myndigheten är med ännu
agency-nobody-do = Kansliet bjuder in den första.

# Personer
people-title = De som är med
people-all-agencies = Alla myndigheter
people-count = { $n ->
    [one] En person
   *[other] { $n } personer
  }
people-none = Ingen är med ännu
people-none-do = Välj en annan myndighet, eller visa alla.
people-invited = Inbjudna som inte har gått med ännu
people-invited-at = Inbjuden
show = Visa
person-invited-title = Inbjuden
person-not-joined = Personen är inbjuden men har inte gått med ännu. Inbjudan gäller tills vidare: personen loggar in med sin e-postadress.
person-is-you = Det här är du. Ändra på din sida.
person-email-hint = (visas bara för kontaktpersonen och kansliet)
person-works = Arbetar för
person-former = Tidigare
person-leaves = Har slutat på { $agency }
person-leaves-text = Uppdragen för myndigheten upphör och personen kan inte längre logga in för den. Det som personen har skrivit finns kvar.
person-leaves-do = Ja, har slutat
mandates = Uppdrag
mandates-none = Inga uppdrag just nu.
mandate-from = Från
mandate-until = Till
mandate-end = Avsluta uppdraget
mandate-grant = Ge ett uppdrag
mandate-grant-do = Ge uppdraget
field-role = Uppdrag
field-agency = Myndighet
field-until = Sista dag
field-until-hint = Lämna tomt om uppdraget gäller tills vidare.
role-participant = Deltagare
role-contact-person = Kontaktperson
role-leadership = Ledning
role-portfolio-lead = Portföljansvarig
role-reviewer = Granskare
role-secretariat = Kansliet
role-registrar = Registrator
role-administrator = Administratör
role-integrator = Integratör
role-hint-participant = Läser och skriver i utbytet för myndigheten.
role-hint-contact-person = Bjuder in kollegor och sköter myndighetens uppdrag.
role-hint-leadership = Svarar på rekommendationer för myndigheten.
role-hint-portfolio-lead = Håller myndighetens portfölj av digitala investeringar och för dess talan i dialoger.
role-hint-reviewer = Ger andra åsikter om andra myndigheters investeringar.
role-hint-secretariat = Driver utbytet. Ser alla inbjudningar och uppdrag.
role-hint-registrar = Sköter utbytets allmänna handlingar.
role-hint-administrator = Driver systemet. Ser inget innehåll genom det uppdraget.
role-hint-integrator = Släpper in myndighetens program, med nycklar som integratören svarar för.

# Bjuda in
invite-title = Bjud in
invite-lead = Den som du bjuder in loggar in med sin e-postadress och berättar själv vad den heter. Tala om för personen att inbjudan finns.
invite-email-hint = Adressen på jobbet. Den visas bara för kontaktpersonen och kansliet.
invite = Bjud in

# Det som är fel i formulär
wrong-empty = Skriv något här.
wrong-long = Texten har { $length } tecken. Högst { $max } får plats.
wrong-character = Texten har ett osynligt tecken som inte går att spara. Skriv om den för hand.
wrong-line-break = Skriv på en rad.
wrong-address = Skriv en hel e-postadress, till exempel namn@myndighet.se.
wrong-address-taken = Någon med den adressen är redan med i utbytet.
wrong-agency = Välj en myndighet i listan.
wrong-role = Välj ett uppdrag.
wrong-held = Personen har redan det uppdraget under den tiden.
wrong-not-affiliated = Personen arbetar inte längre för den myndigheten.
wrong-days = Skriv ett antal dagar mellan 1 och { $max }.
wrong-scopes = Välj vad nyckeln får göra.
wrong-day = Skriv en dag så här: 2027-01-31.
wrong-day-past = Välj en dag som inte har varit.

# Mejl
mail-invitation-subject = Du är inbjuden till Erfa
mail-invitation-lead = Du är inbjuden att delta i Erfa för { $agency }. Erfa är myndigheternas plats för att utbyta erfarenheter. Så här kommer du in: öppna sidan nedan och be om en inloggningslänk.
mail-invitation-end = Ange adressen { $address }, som inbjudan gäller. Länken kommer då i ett eget mejl. Vet du inte varför du är inbjuden kan du bortse från det här.
mail-sign-in-subject = Din inloggningslänk för Erfa
mail-sign-in-lead = Här är din länk för att logga in i Erfa. Den fungerar i { $minutes } minuter, en gång, i den webbläsare där du bad om den.
mail-sign-in-end = Länken gäller till { $until }. Har du inte bett om den kan du bortse från det här mejlet: ingen kan logga in utan länken.

# Uppdrag: delegering
choose-colleague = Välj en kollega
field-colleague = Kollega
field-until-day = Till och med
delegate-title = Låt en kollega också ha uppdraget { $role }
delegate-lead = Kollegan får uppdraget { $role } vid sidan av dig. Det slutar den dag du väljer, och senast när ditt eget uppdrag slutar.
delegate-until-hint = Högst { $max } dagar.
delegate-do = Delegera
mandate-delegated-by = Delegerat av { $name }
wrong-colleague = Välj en kollega på samma myndighet.
wrong-delegated-long = Välj en dag som ligger inom ditt eget uppdrag, högst { $max } dagar bort.

# Utan uppdrag
waiting-title = Du har inget uppdrag än
waiting-lead = Du är inloggad för { $agency }, men har inget uppdrag som låter dig delta.
waiting-do = Myndighetens kontaktperson eller kansliet ger dig ett uppdrag.
without-mandate = Utan uppdrag

# Myndigheter
agency-new-title = Lägg till en myndighet
agency-edit-title = Ändra uppgifterna
agency-end-link = Myndigheten upphör
agency-kind = Slag
agency-kind-state = Statlig myndighet
agency-kind-region = Region
agency-kind-municipality = Kommun
agency-organisation-number = Organisationsnummer
agency-ended = Myndigheten finns inte längre sedan
agency-no-more = Finns inte längre
field-agency-name = Namn
field-agency-name-hint = Ett nytt namn ersätter inte det gamla: det som skrevs före bytet visar namnet som gällde då.
field-website-hint = Hela adressen, som https://www.myndighet.example.
field-organisation-number-hint = Som 202100-5489.
wrong-website = Skriv hela adressen, som https://www.myndighet.example.
wrong-kind = Välj vad det är för slags organisation.
wrong-organisation-number = Skriv numret som 202100-5489.
wrong-many-names = Myndigheten har redan { $max } namn, vilket är det mesta som sparas.
agency-end-title = { $agency } upphör
agency-end-lead = Det som har skrivits för { $agency } står kvar med myndighetens namn. Detta går inte att ångra.
agency-end-people = { $n ->
    [one] En person arbetar för myndigheten. Om en annan myndighet tar över följer den med dit med sina uppdrag, annars slutar den.
   *[other] { $n } personer arbetar för myndigheten. Om en annan myndighet tar över följer de med dit med sina uppdrag, annars slutar de.
 }
field-agency-end = Vad som händer
agency-end-merged = Den går upp i en annan myndighet
agency-end-taken-over = En annan myndighet tar över det den gjorde
agency-end-closed = Den läggs ner
field-successor = Myndigheten som följer
field-successor-hint = Behövs inte när myndigheten läggs ner.
choose-successor = Välj en myndighet
wrong-successor = Välj en annan myndighet som finns.
wrong-agency-end = Välj vad som händer.
agency-end-do = Myndigheten upphör

# Administration
admin-title = Administration
admin-lead = Inloggningar, åtkomstnycklar och avstängningar.
admin-search = Sök efter namn eller e-postadress
admin-not-found = Ingen heter eller har en adress med ”{ $q }”
admin-not-found-do = Sök på en del av namnet eller adressen.
person-administer = Inloggningar, nycklar och avstängning
sessions-theirs = Inloggningar
sessions-none = Personen är inte inloggad någonstans.
tokens-none = Personen har inga åtkomstnycklar.
suspension = Avstängning
suspended = Avstängd
suspension-text = Den som stängs av loggas ut överallt, och åtkomstnycklarna slutar gälla. Det personen har skrivit står kvar.
field-suspension-reason = Skäl
field-suspension-reason-hint = Personen får läsa det.
field-suspension-until-hint = Lämna tomt om avstängningen gäller tills vidare.
suspend-do = Stäng av
reinstate-do = Häv avstängningen
wrong-own-suspension = Ingen stänger av sig själv.
suspended-title = Du är avstängd
suspended-because = Skäl: { $reason }
suspended-do = Avstängningen gäller tills vidare. Vänd dig till kansliet.
suspended-until-do = Avstängningen gäller till { $until }. Vänd dig till kansliet om du har frågor.

# Nycklar
token-used = Senast använd
token-unused = Inte använd än
token-rotate = Byt hemlighet
token-rotated = Ny hemlighet; den förra gäller ett dygn till
token-for-oneself = Mig själv
token-for-program = Program hos { $agency }
token-for-arenas = { $n ->
    [one] bara en arena
   *[other] bara { $n } arenor
 }
field-program = Vem nyckeln är till
field-program-hint = Ett program handlar för myndigheten, och bara så länge du är dess integratör.
field-arenas = Bara för de här arenorna
field-arenas-hint = Väljer du inga gäller nyckeln i alla arenor där du får läsa.
wrong-arenas = Välj bland arenorna i listan

# Ta med sig sina uppgifter
kept-arena = Arena
kept-session = Inloggning
kept-token = Åtkomstnyckel
kept-take-along = Ta med dig uppgifterna som en fil. Att du gjorde det skrivs upp i säkerhetsloggen.
kept-json = Hämta som JSON
kept-text-file = Hämta som text

# Säkerhetslogg
security-title = Säkerhetslogg
security-lead = Inloggningar, uppdrag, nycklar, moderering och uttag, det senaste först. Inget innehåll och inga adresser.
security-by = Av
security-arena = Arena { $id }
security-link-issued = En inloggningslänk skapades
security-signed-in = Inloggad med länk
security-signed-in-openid = Inloggad med OpenID Connect
security-signed-out = Utloggad
security-session-ended = Avslutade en inloggning
security-session-ended-by-provider = Inloggningen avslutades av legitimeringstjänsten
security-session-ended-by-administrator = Inloggningen avslutades av administrationen
security-token-issued = En åtkomstnyckel skapades
security-token-rotated = En åtkomstnyckel fick ny hemlighet
security-token-revoked = En åtkomstnyckel återkallades
security-invited = Inbjuden
security-joined = Gick med
security-affiliation-started = Började på en myndighet
security-affiliation-ended = Slutade på en myndighet
security-mandate-granted = Fick ett uppdrag
security-mandate-delegated = Fick ett uppdrag delegerat
security-mandate-ended = Ett uppdrag avslutades
security-suspended = Stängdes av
security-reinstated = Avstängningen hävdes
security-agency-succeeded = En myndighet följdes av en annan
security-agency-closed = En myndighet lades ner
security-identity-linked = Ett konto kopplades
security-identity-unlinked = Ett konto kopplades bort
security-arena-opened = En arena öppnades
security-arena-changed = En arena ändrades
security-member-invited = Bjöds in till en arena
security-member-removed = Togs bort ur en arena
security-thread-closed = En tråd stängdes
security-thread-reopened = En tråd öppnades igen
security-refused-link-used = Nekades: länken var använd
security-refused-link-expired = Nekades: länken hade gått ut
security-refused-other-browser = Nekades: länken öppnades i en annan webbläsare
security-refused-wrong-secret = Nekades: länken stämde inte
security-refused-suspended = Nekades: avstängd
security-access-refused = Nekades åtkomst
security-data-exported = Hämtade sina uppgifter
