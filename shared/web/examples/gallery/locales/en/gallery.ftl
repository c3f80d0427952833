gallery-title = How do you get from a feasibility study to delivery?
gallery-arena = From process to delivery
gallery-purpose = For those who lead or work in digital development and want to hear how other agencies get from inquiry to something that is used. We share what worked and what did not.
gallery-members = { $n } members
gallery-latest = Latest post
gallery-posts = { $n } posts
gallery-kind = Question
gallery-thread = How did you get finance and IT to plan at the same pace?
gallery-error-title = Write a title that says what the thread is about.
gallery-error-kind = Choose what the thread is.
gallery-readers-note = Those who join the arena later can read it too.
gallery-choice-name = My name
gallery-choice-role = My role
gallery-choice-agency = My agency
gallery-choice-question = Question
gallery-choice-experience = Experience
gallery-choice-discussion = Discussion
gallery-week = Week
gallery-chart = Posts per week
gallery-heading-posts = Posts
gallery-post = Post { $n }
gallery-reply-to = Reply to post { $n }
gallery-reply = Reply to post { $n }
gallery-edit = Edit
gallery-withdraw = Withdraw
gallery-edited = Edited
gallery-withdrawn = The author has withdrawn this post.
gallery-write = Write a post
gallery-text = Your post
gallery-text-hint = You can use **bold**, lists with dashes and links.
gallery-shown-as = You are shown as
gallery-publish = Publish
gallery-field = Title
gallery-field-hint = One sentence is enough.
gallery-notice = The thread is closed for new posts. You can still read it.
gallery-empty = There are no threads here yet
gallery-empty-text = Ask a question or tell about something you have tried. A few sentences are enough.
gallery-empty-action = Start the first thread
gallery-search = Find an agency
gallery-body =
    We were in the same place two years ago. Three things helped:

    1. **A product owner with a mandate** who sat in the business, not in IT.
    2. Funding per *year* instead of per project. See https://www.esv.se/ekonomistyrning/(vagledning).
    3. That we stopped making studies longer than six weeks.

    > You have to dare to deliver something that is not finished.

    #### What did not work
    We first tried one common `policy document` for all. It became 60 pages and nobody read it.

    | Year | Deliveries | Lead time |
    |----|-----------|--------|
    | 2024 | 3 | 14 months |
    | 2026 | 41 | 5 weeks |
gallery-short = Thanks! What did you do with contracted consultants in the meantime?
