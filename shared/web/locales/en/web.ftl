# The frame
skip = Skip to content
navigation = Main menu
arenas = Arenas
agencies = Agencies
people = People
secretariat = secretariat
sign-in = Sign in
sign-in-again = Sign in again
sign-out = Sign out
demo-title = This is a demo.
demo-text = The agencies exist. The people, arenas and posts are invented.
footer-about = Erfa is where government agencies exchange experience of digital investments.

# Common words
save = Save
cancel = Cancel
back = Back
change = Change
search = Search
show-all = Show all
close = Close
reload = Reload the page
to-start = To the start page
optional = (optional)

# Need areas
need-areas = Need areas
need-area-ways-of-working = Ways of working
need-area-governance-and-leadership = Governance and leadership
need-area-competence = Competence
need-area-results = Results
need-area-preconditions = Preconditions

# Components
breadcrumb = You are here
pagination = Pages
pagination-page = Page { $n }
pagination-before = Previous
pagination-after = Next
error-prefix = Error:
error-summary = { $n ->
    [one] One thing needs to be corrected
   *[other] { $n } things need to be corrected
  }
readers-title = This can be read by
readers-count = { $persons ->
    [one] one person
   *[other] { $persons } people
  } at { $agencies ->
    [one] one agency.
   *[other] { $agencies } agencies.
  }
readers-agencies = Which agencies?

# Live updates
live-on = Live updates on
live-off = Live updates off
live-again = Reconnecting …
live-paused = Live updates paused
live-pause = Pause
live-resume = Resume
live-ended = You are no longer signed in. What you have written is still here.
live-lost = This page has missed something. Reload it to see everything.
live-dropped = You can no longer follow this page live.
live-crowded = You have too many pages open at once. This one does not update by itself.
live-new-one = Show 1 new post
live-new-other = Show %n new posts
live-new-some = Show %n of %all new posts
live-latest = Go to the latest
live-not-read = The posts could not be fetched. Try again
live-before-one = Show post %from
live-before-other = Show posts %from–%to
live-below-one = 1 new post further down
live-below-other = %n new posts further down
live-here-one = 1 person here now
live-here-other = %n people here now
live-writes = %name is writing …
live-write-one = Someone is writing …
live-write-two = %name and %other are writing …
live-write-many = Several people are writing …
live-sending = Sending …
live-sent = Your post is published.
live-show-sent = Show it
live-not-sent = The server could not be reached. What you have written is still here. Try again in a while.
live-refused = It could not be saved. What you have written is still here.
live-retry = Try again in %n s.

# Error pages
error-number = Error { $status }
error-title-not-found = There is no such page
error-text-not-found = The address may be wrong, or the page has been moved or closed to you. Start again from the start page.
error-title-forbidden = You do not have access
error-text-forbidden = Only those who are signed in and take part in the arena can see this.
error-title-too-many = That was too fast
error-text-too-many = You have sent a lot in a short time. Wait a while and try again.
error-title-unavailable = Erfa does not answer right now
error-text-unavailable = Try again in a while. What you have saved is still there.
error-title-internal = Something went wrong on our side
error-text-internal = Try again in a while. Nothing that was saved has been lost.
error-title-refused = That did not work
error-text-refused = Go back and try again. If that does not help, reload the page first.
resend = Send again
resend-written = What you wrote
resend-lead = It may not have been saved, but nothing of it is lost: everything is here. Wait a while and send it again.
resend-lead-in = It was not saved, and nothing of it is lost: everything is here. Send it again in { $seconds ->
    [one] 1 second
   *[other] { $seconds } seconds
}.

# Pages that the law wants
statement-accessibility = Accessibility
statement-personal-data = Personal data
statement-public-records = Public records
statement-write-to = Write to { $name }: [{ $mail }](mailto:{ $mail }).
statement-turn-to = Turn to { $name }.

# Charts
chart-as-table = The numbers as a table
chart-number = Number
