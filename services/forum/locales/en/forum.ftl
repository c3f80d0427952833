# Start
start = Your arenas
start-first = You are not in any arena yet. Choose one to begin with: read what others have done, and ask what you want to know.
start-join = Arenas you can join
start-all = All arenas
start-more = All arenas, also the rest of yours
welcome = Welcome
welcome-title = Erfa: learn from each other's digital investments
welcome-lead = Here people at government agencies exchange experience of digital investments, on a concrete level.
welcome-arenas = Arenas gather those who work with the same questions, across agencies.
welcome-threads = In threads you ask, tell and discuss. You see new posts at once.
welcome-kept = What is said is kept in order and can be found again.
welcome-invited = You take part by invitation. If your agency has a contact person in the exchange, ask them; else write to the secretariat.

# Arenas
arenas-lead = An arena is a place for exchange between agencies on one subject.
arenas-none = There are no arenas yet
arenas-none-text = The secretariat opens the first one soon. You will see it here.
arenas-none-secretariat = Open the first one. Say what it is for and who may come in.
new-arena = Open an arena
edit-arena = Change the arena
open-arena = Open the arena
arena-name = Name
arena-name-hint = Short, so that those it concerns recognise it.
arena-purpose = Purpose
arena-purpose-hint = What is talked about here, and who gets something out of it?
arena-need-areas = Need areas
arena-need-areas-hint = Choose those the arena is about.
arena-access = Who may come in
access-open = Open
access-members = For members
access-invited = For the invited
access-hint-open = Everyone in the exchange reads. Those who join also write.
access-hint-members = Everyone sees that it exists and may join. Only members read and write.
access-hint-invited = Only those who were invited see that it exists.
join = Join the arena
leave = Leave the arena
you-are-member = You are a member
you-are-invited = You are invited
members-only-title = Members read and write here
members-only-text = Join the arena to see what is talked about.
threads = Threads
threads-none = There are no threads yet
threads-none-text = When somebody opens a thread, you see it here.
threads-none-member = Open the first one: ask something, or tell what you have done.
in-arena = in { $arena }
activity = Activity
activity-sum = { $n ->
    [one] 1 post in the last 30 days
   *[other] { $n } posts in the last 30 days
  }
activity-numbers = Show the numbers
activity-caption = Posts a day, days with posts only
day = Day
members-count = { $n ->
    [one] 1 member
   *[other] { $n } members
  }
threads-count = { $n ->
    [one] 1 thread
   *[other] { $n } threads
  }
posts-count = { $n ->
    [one] 1 post
   *[other] { $n } posts
  }
latest-post = Latest post

# Members
members-of = Members of { $arena }
members-sum = { $persons ->
    [one] 1 member
   *[other] { $persons } members
  } from { $agencies ->
    [one] 1 agency.
   *[other] { $agencies } agencies.
  }
members-none = There are no members yet
members-none-text = Those who join the arena are shown here.
member-since = Member since
member-invited = Invited
no-agency = Without an agency
invite-title = Invite somebody
invite-hint = They see the arena at once, and decide themselves whether to join.
invite = Invite
remove-title = Remove somebody
remove-hint = Members, and those who are invited.
remove-reason-hint = The one you remove can be told why. It is kept.
remove = Remove
person = Person
reason = Reason
choose-person = Choose a person

# Threads
new-thread = Open a thread
open-thread = Publish and open the thread
thread-kind = What kind of thread is it?
thread-kind-question = Question
thread-kind-experience = Experience
thread-kind-discussion = Discussion
thread-kind-consultation = Consultation
thread-kind-hint-question = You want to know something.
thread-kind-hint-experience = You tell what you have done and how it went.
thread-kind-hint-discussion = You want to talk something over.
thread-kind-hint-consultation = You want views on something that is to be decided.
thread-title = Title
thread-title-hint = Write so that others see whether it concerns them.
first-post = First post
thread-opened = Opened
thread-closed = Closed
closed-by-opener = The thread was closed by the one who opened it,
closed-by-secretariat = The thread was closed by the secretariat,
close-thread = Close the thread
reopen-thread = Open the thread again
close-means = A closed thread can be read but takes no more posts.
reopen-means = The thread will take posts again.
closing-reason-hint = Everyone who reads the thread sees the reason.

# Posts
posts = Posts
post-n = Post { $n }
post-yours = Your post
post-edited = Changed
post-answers = Answers post { $n }
post-answer = Answer
post-answer-to = post { $n }
post-edit = Change
post-withdraw = Withdraw
post-this = post { $n }
post-withdrawn = The one who wrote this post has withdrawn it.
agency-today = { $then } (now { $today })
former-employee = Former employee
employee = Employee
role-participant = participant
role-contact-person = contact person
role-leadership = leadership
role-portfolio-lead = portfolio lead
role-reviewer = reviewer
role-registrar = registrar
role-administrator = administrator
role-integrator = integrator
role-secretariat = secretariat
to-last-page = To the latest posts
answer-title = Answer in the thread
answer-closed = The thread is closed and takes no more posts.
answer-join = To write here you join the arena first.
answer-members = Members of the arena write here.
answering = You answer post { $n } by { $who }
answer-nobody = Write without answering a certain post
your-post = Your post
body-hint = You can use Markdown: *italics*, **bold**, lists with - and links.
shown-as = How do you want to appear?
shown-as-hint = To others. Erfa always knows who wrote.
shown-as-name = With my name
shown-as-role = With what I do
shown-as-agency = With my agency alone
readers-note-open = The arena is open: everyone in the exchange can read, also those who come later.
readers-note-members = Those who become members later can read too.
readers-note-invited = Those who are invited and join later can read too.
send-post = Publish

# Changing a post
edit-post-title = Change post { $n }
edit-post-hint = What it said before can still be read in its history.
post-says-now = The post says now
withdraw-post-title = Withdraw post { $n }?
withdraw-means = Nobody will see what you wrote any more, only that there was a post. What you wrote stays on record at the authority. You can't undo this.
history-title = History of post { $n }
history-lead = What the post has said, the latest first.
version-n = Version { $n }
back-to-post = Back to the post

# Refused
refused-title = That did not work
refused-closed = The thread was closed while you wrote. What you wrote is still here: copy it if you want to use it elsewhere.
refused-full = The thread has as many posts as a thread can have. Open a new thread instead.
refused-nothing-to-answer = The post you answer has been withdrawn. You can publish your text without answering it.
refused-withdrawn = The post is withdrawn and can't be changed.
refused-not-the-author = Only the one who wrote the post can do this.
refused-post-changed = The post was changed while you wrote, perhaps in another window. See what it says now, and save again if your text is to replace it.
refused-too-many-edits = The post has been changed as many times as a post can be. Write a new post instead.
refused-not-the-opener = Only the one who opened the thread, and the secretariat, can do this.
refused-arena-changed = Somebody else changed the arena while you wrote. Look at it in another window, and save again if your text is to replace it.
refused-not-invited = The arena is for those who were invited. Ask the secretariat for an invitation.
refused-arena-full = The arena has as many members as it takes. Ask the secretariat.
refused-sent-before = This form was sent before with another text. Send it once more if this is to be published too.
refused-unavailable = It could not be saved right now. What you wrote is still here: try again in a while.
refused-not-a-member = Members write here. Join the arena first; what you wrote is still here.
refused-members-only = Only members read here. Join the arena first.
refused-secretariat-only = Only the secretariat can do this.
refused-may-not-write = You can read but not write.
refused-no-such-person = That person is not in the exchange.
text-empty = Write something here.
text-one-line = Write this on one line.
text-forbidden = The text holds a character that can't be seen ({ $code }). Remove it, or write the text anew.
text-too-long = The text has { $length } characters, { $over } too many. At most { $most } are taken.
choose-one = Choose one of them.
