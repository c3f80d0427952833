# Signing in
sign-in-title = Sign in
sign-in-lead = Give your e-mail address at work, and we send you a link to sign in with. You need no password.
sign-in-by-mail = Sign in by e-mail
sign-in-who = Who can sign in?
sign-in-who-text = Whoever is invited by the contact person of their agency or by the secretariat. If you are not invited, turn to the contact person of your agency.
field-email = E-mail address
field-email-hint = The address that you were invited with.
send-link = Send the link
sent-title = Look in your e-mail
sent-lead = If the address is invited, we have sent a link to it. It works for { $minutes } minutes, and once.
sent-same-browser = Open the link in the browser in which you asked for it.
sent-nothing = Nothing has come after some minutes? Look among the junk mail, and make sure that you gave the address that you were invited with.
sent-again = Ask for a new link
link-lead = Press the button to sign in.
link-lasts = You are signed in for twelve hours at most, or until you sign out.
link-used-title = The link has been used
link-used = A sign-in link works only once.
link-used-do = If you are not signed in, ask for a new link. If it was not you who used it, tell the secretariat.
link-expired-title = The link is too old
link-expired = A sign-in link works for fifteen minutes.
link-expired-do = Ask for a new link, and open it as soon as it comes.
link-browser-title = The link belongs to another browser
link-browser = The link works only in the browser in which you asked for it.
link-browser-do = Open the link there, or ask for a new link in this browser.
link-unknown-title = The link does not work
link-unknown = The link is not whole, or it never existed.
link-unknown-do = Copy the whole link from the mail, or ask for a new one.
new-link = Ask for a new link
demo-choose = Choose who to be
demo-choose-text = Everybody here is invented. One click signs you in as one of them.
demo-nobody = There are no invented people to choose yet.
demo-sign-in-as = Sign in as { $name }
not-joined-name = Invited

# Signing in with an OpenID provider
openid-sign-in = Sign in with your agency
openid-leave-title = To your provider
openid-leave = You are sent to “{ $name }” to sign in there.
openid-leave-do = Go on if nothing happens
signed-out-title = You are signed out
signed-out-lead = You are signed out here. You may still be signed in at “{ $name }”, so that the next person at this computer gets in as you.
signed-out-do = Sign out of the sign-in service too
openid-again = To the sign-in page
openid-not-begun-title = The sign-in can't be finished
openid-not-begun = This sign-in was not begun in this browser, has been used, or took more than ten minutes.
openid-not-begun-do = Begin again from the sign-in page.
openid-unknown-title = You are not known here
openid-unknown = You have signed in at your provider, but the account is not linked to anybody here.
openid-unknown-do = If you are invited, sign in with your e-mail address and link the account from your page. Otherwise, turn to the contact person of your agency or to the secretariat.
openid-linked-title = The account is already linked
openid-linked = The account belongs to somebody else here.
openid-linked-do = Sign out at your provider if several people use this browser, and try again. If the account is yours, tell the secretariat.
openid-other-title = That was somebody else
openid-other = You proved who you are with an account that is not the one you are signed in with.
openid-other-do = Try again with your own account.
openid-failed-title = The provider does not answer
openid-failed = Your provider can't be reached right now, or did not answer as it should.
openid-failed-do = Try again in a while, or sign in with your e-mail address.
openid-denied-title = The sign-in was broken off
openid-denied = The sign-in was broken off at your provider.
openid-denied-do = Try again, or sign in with your e-mail address.
openid-level-title = The sign-in was not strong enough
openid-level = You have to prove who you are in a stronger way than you did.
openid-level-do = Try again, and choose another way to sign in at your provider.
openid-refused-title = The sign-in was refused
openid-refused = What came from the provider could not be verified, so nobody was signed in.
openid-refused-do = Begin again from the sign-in page. If it happens again, tell the secretariat.
openid-step-up-title = Confirm who you are
openid-step-up = Before you go on, you have to sign in once more with “{ $name }”. You come back here afterwards.
openid-step-up-do = Go on
identities = Accounts at your provider
identities-text = With a linked account you sign in without a link by e-mail.
identities-later = You can do it later as well, on your own page.
identity-since = Linked
identity-unlink = Unlink
identity-link = Link: { $name }
kept-identity = Linked account
kept-identity-at = { $provider }: { $account }, since { $at }
wrong-last-way-in = You have no e-mail address here, so without this account you could not sign in again. Link another one first.

# Joining
join-title = Welcome to Erfa
join-lead = You are invited for { $agency }. Say who you are, and you take part.
join-seen = Everyone who takes part sees your name, what you work with and your agency.
personal-data-link = How we handle personal data
join = Join
field-name = Name
field-name-hint = First name and surname.
field-title = What you work with
field-title-hint = For example digital strategist.

# One's own page
me-title = My page
my-roles = My mandates
as-others-see = As others see you
profile = Name and work
language = Language
language-text = The pages are also in
sessions = Where you are signed in
sessions-text = If you do not recognise one of these, end it.
session-began = Signed in
session-this = This browser
session-until = Lasts until
session-end = End
tokens = Access tokens for the API
tokens-text = With a token a program reads and writes as you, what you may see and do.
tokens-docs = Description of the API
token-from = From
token-until = Works until
token-revoke = Revoke
token-over = No longer works
token-new = New token
token-issue = Create token
field-label = What the token is for
field-label-hint = A name that you will know it by.
field-scopes = What the token may do
field-days = How many days the token works
field-days-hint = At most { $max } days.
scope-read = Read
scope-write = Write
scope-hint-read = Read what you may read.
scope-hint-write = Write what you may write.
token-issued-title = The token is created
token-issued-lead = Copy the token “{ $label }” now.
token-shown = The token
token-shown-hint = It is shown this once. Give it to nobody else.
token-use = The program sends the token like this:
token-shown-before = The token was created and shown before. If you no longer have it, revoke it and create a new one.
to-me = To my page
kept = What is kept about you
kept-text = What you have written in arenas and threads is kept too.
kept-email = E-mail address
kept-none = None
kept-invited = Invited
kept-invited-for = { $at }, for { $agency }
kept-joined = Joined
kept-affiliation = Works for
kept-mandate = Mandate
kept-since = { $agency }, since { $from }
kept-between = { $agency }, from { $from } until { $until }

# Agencies
agencies-title = Agencies
agencies-lead = The agencies of the exchange.
agencies-people = Show everyone who takes part
agencies-search = Search by name, short name or former name
agencies-none = There are no agencies yet
agencies-none-do = Whoever runs Erfa reads them in with the command erfa import agencies.
agencies-not-found = No agency matches “{ $q }”
agencies-not-found-do = Try a part of the name, or a former name.
agencies-count = { $n ->
    [one] One agency
   *[other] { $n } agencies
  }
agencies-found-by = formerly or also { $name }
agency-short-name = Short name
agency-website = Web site
agency-other-names = Former or other names
agency-people = Who takes part
agency-nobody = Nobody of the agency takes part yet
agency-nobody-do = The secretariat invites the first.

# People
people-title = Who takes part
people-all-agencies = All agencies
people-count = { $n ->
    [one] One person
   *[other] { $n } people
  }
people-none = Nobody takes part yet
people-none-do = Choose another agency, or show all.
people-invited = Invited, and not joined yet
people-invited-at = Invited
show = Show
person-invited-title = Invited
person-not-joined = This person is invited and has not joined yet. The invitation has no end: they sign in with their e-mail address.
person-is-you = This is you. Change it on your page.
person-email-hint = (shown to the contact person and the secretariat only)
person-works = Works for
person-former = Formerly
person-leaves = Has left { $agency }
person-leaves-text = The mandates for the agency end, and the person can no longer sign in for it. What they have written stays.
person-leaves-do = Yes, has left
mandates = Mandates
mandates-none = No mandates right now.
mandate-from = From
mandate-until = Until
mandate-end = End the mandate
mandate-grant = Grant a mandate
mandate-grant-do = Grant it
field-role = Mandate
field-agency = Agency
field-until = Last day
field-until-hint = Leave empty if the mandate has no end.
role-participant = Participant
role-contact-person = Contact person
role-leadership = Leadership
role-portfolio-lead = Portfolio lead
role-reviewer = Reviewer
role-secretariat = The secretariat
role-registrar = Registrar
role-administrator = Administrator
role-integrator = Integrator
role-hint-participant = Reads and writes in the exchange for the agency.
role-hint-contact-person = Invites colleagues and looks after the agency's mandates.
role-hint-leadership = Answers recommendations for the agency.
role-hint-portfolio-lead = Keeps the agency's portfolio of digital investments and speaks for it in dialogues.
role-hint-reviewer = Gives second opinions on other agencies' investments.
role-hint-secretariat = Runs the exchange. Sees all invitations and mandates.
role-hint-registrar = Keeps the public records of the exchange.
role-hint-administrator = Runs the system. Sees no content by this mandate.
role-hint-integrator = Lets the agency's programs in, with tokens that the integrator answers for.

# Inviting
invite-title = Invite
invite-lead = Whoever you invite signs in with their e-mail address and says themselves what they are called. Tell them that they are invited.
invite-email-hint = The address at work. It is shown to the contact person and the secretariat only.
invite = Invite

# What is wrong in forms
wrong-empty = Write something here.
wrong-long = The text has { $length } characters. At most { $max } are taken.
wrong-character = The text has an invisible character that can't be saved. Write it again by hand.
wrong-line-break = Write it on one line.
wrong-address = Write a whole e-mail address, such as name@agency.example.
wrong-address-taken = Somebody with that address takes part already.
wrong-agency = Choose an agency from the list.
wrong-role = Choose a mandate.
wrong-held = The person holds that mandate during that time already.
wrong-not-affiliated = The person no longer works for that agency.
wrong-days = Write a number of days between 1 and { $max }.
wrong-scopes = Choose what the token may do.
wrong-day = Write a day like this: 2027-01-31.
wrong-day-past = Choose a day that has not been.

# Mail
mail-invitation-subject = You are invited to Erfa
mail-invitation-lead = You are invited to take part in Erfa for { $agency }. Erfa is where government agencies exchange experience. This is how you come in: open the page below and ask for a sign-in link.
mail-invitation-end = Give the address { $address }, which the invitation is for. The link then comes in a mail of its own. If you do not know why you are invited, you can ignore this.
mail-sign-in-subject = Your sign-in link for Erfa
mail-sign-in-lead = Here is your link to sign in to Erfa. It works for { $minutes } minutes, once, in the browser in which you asked for it.
mail-sign-in-end = The link is good until { $until }. If you did not ask for it, you can ignore this mail: nobody can sign in without the link.

# Mandates: delegation
choose-colleague = Choose a colleague
field-colleague = Colleague
field-until-day = Through
delegate-title = Let a colleague hold the mandate { $role } too
delegate-lead = The colleague holds the mandate { $role } beside you. It ends on the day you choose, and at the latest when your own mandate ends.
delegate-until-hint = { $max } days at most.
delegate-do = Delegate
mandate-delegated-by = Delegated by { $name }
wrong-colleague = Choose a colleague at the same agency.
wrong-delegated-long = Choose a day within your own mandate, { $max } days away at most.

# Without a mandate
waiting-title = You have no mandate yet
waiting-lead = You are signed in for { $agency }, but hold no mandate that lets you take part.
waiting-do = The agency's contact person or the secretariat gives you one.
without-mandate = Without a mandate

# Agencies
agency-new-title = Add an agency
agency-edit-title = Change the details
agency-end-link = The agency ends
agency-kind = Kind
agency-kind-state = State agency
agency-kind-region = Region
agency-kind-municipality = Municipality
agency-organisation-number = Organisation number
agency-ended = The agency is no more since
agency-no-more = No more
field-agency-name = Name
field-agency-name-hint = A new name does not replace the old one: what was written before shows the name of its day.
field-website-hint = The whole address, such as https://www.myndighet.example.
field-organisation-number-hint = As in 202100-5489.
wrong-website = Write the whole address, such as https://www.myndighet.example.
wrong-kind = Choose what kind of body it is.
wrong-organisation-number = Write the number as in 202100-5489.
wrong-many-names = The agency has { $max } names already, which is the most that is kept.
agency-end-title = { $agency } ends
agency-end-lead = What was written for { $agency } stays with the agency's name. This can't be undone.
agency-end-people = { $n ->
    [one] One person works for the agency. If another agency follows, they go there with their mandates; otherwise they leave.
   *[other] { $n } people work for the agency. If another agency follows, they go there with their mandates; otherwise they leave.
 }
field-agency-end = What happens
agency-end-merged = It becomes part of another agency
agency-end-taken-over = Another agency takes over what it did
agency-end-closed = It is closed
field-successor = The agency that follows
field-successor-hint = Not needed when the agency is closed.
choose-successor = Choose an agency
wrong-successor = Choose another agency that exists.
wrong-agency-end = Choose what happens.
agency-end-do = The agency ends

# Administration
admin-title = Administration
admin-lead = Sessions, API tokens and suspensions.
admin-search = Search for a name or mail address
admin-not-found = Nobody has a name or address with “{ $q }”
admin-not-found-do = Search for a part of the name or address.
person-administer = Sessions, tokens and suspension
sessions-theirs = Sessions
sessions-none = The person is signed in nowhere.
tokens-none = The person has no API tokens.
suspension = Suspension
suspended = Suspended
suspension-text = Whoever is suspended is signed out everywhere, and their API tokens stop working. What they wrote stays.
field-suspension-reason = Reason
field-suspension-reason-hint = The person may read it.
field-suspension-until-hint = Leave it empty if the suspension has no end yet.
suspend-do = Suspend
reinstate-do = End the suspension
wrong-own-suspension = Nobody suspends themselves.
suspended-title = You are suspended
suspended-because = Reason: { $reason }
suspended-do = The suspension has no end yet. Turn to the secretariat.
suspended-until-do = The suspension lasts until { $until }. Turn to the secretariat if you have questions.

# Tokens
token-used = Last used
token-unused = Not used yet
token-rotate = Change the secret
token-rotated = New secret; the one before works for a day more
token-for-oneself = Myself
token-for-program = A program at { $agency }
token-for-arenas = { $n ->
    [one] one arena only
   *[other] { $n } arenas only
 }
field-program = Whom the token is for
field-program-hint = A program acts for the agency, and only as long as you are its integrator.
field-arenas = Only for these arenas
field-arenas-hint = If you choose none, the token is for all arenas where you may read.
wrong-arenas = Choose from the arenas in the list

# Taking one's data along
kept-arena = Arena
kept-session = Session
kept-token = API token
kept-take-along = Take the data along as a file. That you did so is noted in the security log.
kept-json = Download as JSON
kept-text-file = Download as text

# Security log
security-title = Security log
security-lead = Sign-ins, mandates, tokens, moderation and downloads, the latest first. No content and no addresses.
security-by = By
security-arena = Arena { $id }
security-link-issued = A sign-in link was made
security-signed-in = Signed in by link
security-signed-in-openid = Signed in by OpenID Connect
security-signed-out = Signed out
security-session-ended = Ended a session
security-session-ended-by-provider = The session was ended by the provider
security-session-ended-by-administrator = The session was ended by the administration
security-token-issued = An API token was issued
security-token-rotated = An API token got another secret
security-token-revoked = An API token was revoked
security-invited = Invited
security-joined = Joined
security-affiliation-started = Began at an agency
security-affiliation-ended = Left an agency
security-mandate-granted = Was given a mandate
security-mandate-delegated = Was delegated a mandate
security-mandate-ended = A mandate was ended
security-suspended = Was suspended
security-reinstated = The suspension was ended
security-agency-succeeded = An agency was followed by another
security-agency-closed = An agency was closed
security-identity-linked = An account was linked
security-identity-unlinked = An account was unlinked
security-arena-opened = An arena was opened
security-arena-changed = An arena was changed
security-member-invited = Was invited to an arena
security-member-removed = Was removed from an arena
security-thread-closed = A thread was closed
security-thread-reopened = A thread was reopened
security-refused-link-used = Refused: the link had been used
security-refused-link-expired = Refused: the link had expired
security-refused-other-browser = Refused: the link was opened in another browser
security-refused-wrong-secret = Refused: the link was wrong
security-refused-suspended = Refused: suspended
security-access-refused = Was refused access
security-data-exported = Downloaded their data
