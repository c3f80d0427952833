# Start
start = Dina arenor
start-first = Du är inte med i någon arena ännu. Välj en att börja med: läs vad andra har gjort och fråga det du vill veta.
start-join = Arenor du kan gå med i
start-all = Alla arenor
start-more = Alla arenor, även resten av dina
welcome = Välkommen
welcome-title = Erfa: lär av varandras digitala investeringar
welcome-lead = Här utbyter människor på myndigheter erfarenheter av digitala investeringar, på en konkret nivå.
welcome-arenas = Arenor samlar dem som arbetar med samma frågor, över myndighetsgränserna.
welcome-threads = I trådar frågar, berättar och diskuterar ni. Nya inlägg syns direkt.
welcome-kept = Det som sägs bevaras i ordning och går att hitta igen.
welcome-invited = Du deltar på inbjudan. Fråga din myndighets kontaktperson om det finns en, annars kansliet.

# Arenor
arenas-lead = En arena är en plats för utbyte mellan myndigheter kring ett ämne.
arenas-none = Det finns inga arenor ännu
arenas-none-text = Kansliet öppnar snart den första. Du ser den här.
arenas-none-secretariat = Öppna den första. Berätta vad den är till för och vilka som får komma in.
new-arena = Öppna en arena
edit-arena = Ändra arenan
open-arena = Öppna arenan
arena-name = Namn
arena-name-hint = Kort, så att de som berörs känner igen sig.
arena-purpose = Syfte
arena-purpose-hint = Vad talar ni om här, och vem har nytta av det?
arena-need-areas = Behovsområden
arena-need-areas-hint = Välj dem som arenan handlar om.
arena-access = Vilka får komma in?
access-open = Öppen
access-members = För medlemmar
access-invited = För inbjudna
access-hint-open = Alla i utbytet läser. Den som går med skriver också.
access-hint-members = Alla ser att den finns och får gå med. Bara medlemmar läser och skriver.
access-hint-invited = Bara de som har bjudits in ser att den finns.
join = Gå med i arenan
leave = Lämna arenan
you-are-member = Du är medlem
you-are-invited = Du är inbjuden
members-only-title = Här läser och skriver medlemmar
members-only-text = Gå med i arenan för att se vad som sägs.
threads = Trådar
threads-none = Det finns inga trådar ännu
threads-none-text = När någon öppnar en tråd ser du den här.
threads-none-member = Öppna den första: fråga något, eller berätta vad ni har gjort.
in-arena = i { $arena }
activity = Aktivitet
activity-sum = { $n ->
    [one] 1 inlägg de senaste 30 dagarna
   *[other] { $n } inlägg de senaste 30 dagarna
  }
activity-numbers = Visa siffrorna
activity-caption = Inlägg per dag, bara dagar med inlägg
day = Dag
members-count = { $n ->
    [one] 1 medlem
   *[other] { $n } medlemmar
  }
threads-count = { $n ->
    [one] 1 tråd
   *[other] { $n } trådar
  }
posts-count = { $n ->
    [one] 1 inlägg
   *[other] { $n } inlägg
  }
latest-post = Senaste inlägget

# Medlemmar
members-of = Medlemmar i { $arena }
members-sum = { $persons ->
    [one] 1 medlem
   *[other] { $persons } medlemmar
  } från { $agencies ->
    [one] 1 myndighet.
   *[other] { $agencies } myndigheter.
  }
members-none = Det finns inga medlemmar ännu
members-none-text = De som går med i arenan visas här.
member-since = Medlem sedan
member-invited = Inbjuden
no-agency = Utan myndighet
invite-title = Bjud in någon
invite-hint = Personen ser arenan direkt och väljer själv om hen vill gå med.
invite = Bjud in
remove-title = Ta bort någon
remove-hint = Medlemmar och inbjudna.
remove-reason-hint = Den du tar bort kan få veta varför. Skälet bevaras.
remove = Ta bort
person = Person
reason = Skäl
choose-person = Välj en person

# Trådar
new-thread = Öppna en tråd
open-thread = Publicera och öppna tråden
thread-kind = Vad är det för slags tråd?
thread-kind-question = Fråga
thread-kind-experience = Erfarenhet
thread-kind-discussion = Diskussion
thread-kind-consultation = Samråd
thread-kind-hint-question = Du vill veta något.
thread-kind-hint-experience = Du berättar vad ni har gjort och hur det gick.
thread-kind-hint-discussion = Du vill resonera om något.
thread-kind-hint-consultation = Du vill ha synpunkter på något som ska beslutas.
thread-title = Rubrik
thread-title-hint = Skriv så att andra ser om det rör dem.
first-post = Första inlägget
thread-opened = Öppnad
thread-closed = Stängd
closed-by-opener = Tråden stängdes av den som öppnade den,
closed-by-secretariat = Tråden stängdes av kansliet,
close-thread = Stäng tråden
reopen-thread = Öppna tråden igen
close-means = En stängd tråd kan läsas men tar inte emot fler inlägg.
reopen-means = Tråden tar emot inlägg igen.
closing-reason-hint = Alla som läser tråden ser skälet.

# Inlägg
posts = Inlägg
post-n = Inlägg { $n }
post-yours = Ditt inlägg
post-edited = Ändrat
post-answers = Svar till inlägg { $n }
post-answer = Svara
post-answer-to = på inlägg { $n }
post-edit = Ändra
post-withdraw = Ta tillbaka
post-this = inlägg { $n }
post-withdrawn = Den som skrev inlägget har tagit tillbaka det.
agency-today = { $then } (nu { $today })
former-employee = Tidigare medarbetare
employee = Medarbetare
role-participant = deltagare
role-contact-person = kontaktperson
role-leadership = ledning
role-portfolio-lead = portföljansvarig
role-reviewer = granskare
role-registrar = registrator
role-administrator = administratör
role-integrator = integratör
role-secretariat = kansli
to-last-page = Till de senaste inläggen
answer-title = Svara i tråden
answer-closed = Tråden är stängd och tar inte emot fler inlägg.
answer-join = För att skriva här går du först med i arenan.
answer-members = Här skriver arenans medlemmar.
answering = Du svarar på inlägg { $n } av { $who }
answer-nobody = Skriv utan att svara på ett visst inlägg
your-post = Ditt inlägg
body-hint = Du kan använda Markdown: *kursiv*, **fet**, listor med - och länkar.
shown-as = Hur vill du synas?
shown-as-hint = För andra. Erfa vet alltid vem som skrev.
shown-as-name = Med mitt namn
shown-as-role = Med vad jag arbetar med
shown-as-agency = Bara med min myndighet
readers-note-open = Arenan är öppen: alla i utbytet kan läsa, även de som kommer senare.
readers-note-members = De som blir medlemmar senare kan också läsa.
readers-note-invited = De som bjuds in och går med senare kan också läsa.
send-post = Publicera

# Ändra ett inlägg
edit-post-title = Ändra inlägg { $n }
edit-post-hint = Det som stod tidigare går fortfarande att läsa i historiken.
post-says-now = Så här står det nu
withdraw-post-title = Ta tillbaka inlägg { $n }?
withdraw-means = Ingen ser längre vad du skrev, bara att det fanns ett inlägg. Det du skrev bevaras hos myndigheten. Du kan inte ångra dig.
history-title = Historik för inlägg { $n }
history-lead = Vad som har stått i inlägget, det senaste först.
version-n = Version { $n }
back-to-post = Tillbaka till inlägget

# Nekat
refused-title = Det gick inte
refused-closed = Tråden stängdes medan du skrev. Det du skrev finns kvar här: kopiera det om du vill använda det på annat håll.
refused-full = Tråden har så många inlägg som en tråd kan ha. Öppna en ny tråd i stället.
refused-nothing-to-answer = Inlägget du svarar på har tagits tillbaka. Du kan publicera din text utan att svara på det.
refused-withdrawn = Inlägget är tillbakadraget och kan inte ändras.
refused-not-the-author = Bara den som skrev inlägget kan göra detta.
refused-post-changed = Inlägget ändrades medan du skrev, kanske i ett annat fönster. Se vad som står nu och spara igen om din text ska gälla.
refused-too-many-edits = Inlägget har ändrats så många gånger som det går. Skriv ett nytt inlägg i stället.
refused-not-the-opener = Bara den som öppnade tråden, och kansliet, kan göra detta.
refused-arena-changed = Någon annan ändrade arenan medan du skrev. Se efter i ett annat fönster och spara igen om din text ska gälla.
refused-not-invited = Arenan är för dem som har bjudits in. Be kansliet om en inbjudan.
refused-arena-full = Arenan har så många medlemmar som den tar emot. Fråga kansliet.
refused-sent-before = Formuläret har redan skickats med en annan text. Skicka en gång till om även detta ska publiceras.
refused-unavailable = Det gick inte att spara just nu. Det du skrev finns kvar här: försök igen om en stund.
refused-not-a-member = Här skriver medlemmar. Gå med i arenan först. Det du skrev finns kvar här.
refused-members-only = Här läser bara medlemmar. Gå med i arenan först.
refused-secretariat-only = Bara kansliet kan göra detta.
refused-may-not-write = Du kan läsa men inte skriva.
refused-no-such-person = Personen är inte med i utbytet.
text-empty = Skriv något här.
text-one-line = Skriv detta på en rad.
text-forbidden = Texten har ett tecken som inte syns ({ $code }). Ta bort det eller skriv texten på nytt.
text-too-long = Texten har { $length } tecken, { $over } för många. Högst { $most } får plats.
choose-one = Välj ett av alternativen.
