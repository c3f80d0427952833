gallery-title = Hur kommer ni vidare från förstudie till leverans?
gallery-arena = Från process till leverans
gallery-purpose = För dig som leder eller arbetar i digital utveckling och vill höra hur andra myndigheter går från utredning till något som används. Vi delar det som fungerade och det som inte gjorde det.
gallery-members = { $n } medlemmar
gallery-latest = Senaste inlägget
gallery-posts = { $n } inlägg
gallery-kind = Fråga
gallery-thread = Hur har ni fått ekonomi och it att planera i samma takt?
gallery-error-title = Skriv en rubrik som säger vad tråden handlar om.
gallery-error-kind = Välj vad tråden är.
gallery-readers-note = Den som går med i arenan senare kan också läsa det.
gallery-choice-name = Mitt namn
gallery-choice-role = Min roll
gallery-choice-agency = Min myndighet
gallery-choice-question = Fråga
gallery-choice-experience = Erfarenhet
gallery-choice-discussion = Diskussion
gallery-week = Vecka
gallery-chart = Inlägg per vecka
gallery-heading-posts = Inlägg
gallery-post = Inlägg { $n }
gallery-reply-to = Svar till inlägg { $n }
gallery-reply = Svara på inlägg { $n }
gallery-edit = Ändra
gallery-withdraw = Dra tillbaka
gallery-edited = Ändrat
gallery-withdrawn = Författaren har dragit tillbaka inlägget.
gallery-write = Skriv ett inlägg
gallery-text = Ditt inlägg
gallery-text-hint = Du kan använda **fet stil**, listor med streck och länkar.
gallery-shown-as = Så här visas du
gallery-publish = Publicera
gallery-field = Rubrik
gallery-field-hint = En mening räcker.
gallery-notice = Tråden är stängd för nya inlägg. Du kan fortfarande läsa den.
gallery-empty = Här finns inga trådar än
gallery-empty-text = Ställ en fråga eller berätta om något ni har provat. Ett par meningar räcker.
gallery-empty-action = Starta den första tråden
gallery-search = Sök myndighet
gallery-body =
    Vi satt i samma läge för två år sedan. Det som hjälpte var tre saker:

    1. **En produktägare med mandat** som satt i verksamheten, inte på it.
    2. Finansiering per *år* i stället för per projekt. Se https://www.esv.se/ekonomistyrning/(vagledning).
    3. Att vi slutade med förstudier längre än sex veckor.

    > Ni måste våga leverera något som inte är klart.

    #### Det som inte fungerade
    Vi försökte först med ett gemensamt `styrdokument` för alla. Det blev 60 sidor och ingen läste det.

    | År | Leveranser | Ledtid |
    |----|-----------|--------|
    | 2024 | 3 | 14 månader |
    | 2026 | 41 | 5 veckor |
gallery-short = Tack! Hur gjorde ni med upphandlade konsulter under tiden?
