"""The frames of five invented site systems: where menus, adverts and notices stand around the main text.

Placeholders in capitals are filled by `sites.render`. Each layout carries the kinds of clutter that extraction has to
leave out: navigation, cookie notice, adverts, share buttons, related links, newsletter form, footer, scripts.
"""

LAYOUTS: dict[str, str] = {
    "semantic": """<body class="single post-template">
COOKIE
<header class="site-header" role="banner"><a class="logo" href="/">SITE</a>
<nav class="main-nav" role="navigation"><ul>MENU</ul></nav>
<form class="search-form" action="/search"><input type="search" name="q" placeholder="SEARCH"></form></header>
<div class="ad-slot ad-top">ADVERT</div>
<main id="main"><article class="post-article">
<h1 class="headline">TITLE</h1>
<div class="byline meta">BY <a rel="author" href="/authors/AUTHOR_SLUG">AUTHOR</a>
<time datetime="DATE">DATE</time></div>
<div class="article-body">
CONTENT
</div>
<div class="share-buttons">SHARE</div>
</article>
DISCUSSION
</main>
<aside class="sidebar" role="complementary">
<section class="related"><h3>RELATED_TITLE</h3><ul>RELATED</ul></section>
<div class="ad-slot ad-side">ADVERT</div>
NEWSLETTER
</aside>
<footer class="site-footer" role="contentinfo">FOOTER</footer>
SCRIPTS
</body>""",
    "boxes": """<body>
<div id="wrapper">
<div id="header"><div id="logo"><a href="/">SITE</a></div><div id="nav" class="menu"><ul>MENU</ul></div></div>
<div id="breadcrumbs"><a href="/">HOME</a> &raquo; <a href="/archive">SECTION</a></div>
<div id="left" class="sidebar-left"><ul class="links">RELATED</ul><div class="banner">ADVERT</div></div>
<div id="content"><div class="entry">
<h1>TITLE</h1>
<p class="postinfo">DATE | <span class="author">AUTHOR</span></p>
<div class="entry-content">
CONTENT
</div>
<div class="social">SHARE</div></div>
DISCUSSION
</div>
<div id="right" class="sidebar">NEWSLETTER<div class="banner">ADVERT</div></div>
<div id="footer">FOOTER</div>
</div>
COOKIE
SCRIPTS
</body>""",
    "press": """<body class="home blog single single-post postid-NUMBER">
<a class="skip-link screen-reader-text" href="#content">MORE</a>
<div id="page" class="hfeed site">
<header id="masthead" class="site-header"><p class="site-title"><a href="/">SITE</a></p>
<nav id="site-navigation" class="main-navigation"><ul id="primary-menu" class="menu">MENU</ul></nav></header>
<div id="content" class="site-content"><div id="primary" class="content-area"><main id="main" class="site-main">
<article id="post-NUMBER" class="post type-post status-publish hentry">
<header class="entry-header"><h1 class="entry-title">TITLE</h1>
<div class="entry-meta"><span class="posted-on"><time class="entry-date published" datetime="DATE">DATE</time></span>
<span class="byline"> BY <span class="author vcard"><a href="/author/AUTHOR_SLUG">AUTHOR</a></span></span></div>
</header>
<div class="entry-content">
CONTENT
</div>
<footer class="entry-footer"><span class="cat-links"><a href="/archive">SECTION</a></span> SHARE</footer>
</article>
<nav class="post-navigation"><ul>RELATED</ul></nav>
DISCUSSION
</main></div>
<aside id="secondary" class="widget-area">NEWSLETTER<section class="widget widget_ads">ADVERT</section></aside></div>
<footer id="colophon" class="site-footer">FOOTER</footer></div>
COOKIE
SCRIPTS
</body>""",
    "portal": """<body class="portal">
<div class="topbar"><a href="/login">LOG_IN</a> <a href="/newsletter">SUBSCRIBE</a></div>
<div class="header-ad advertisement">ADVERT</div>
<nav class="mega-menu"><ul>MENU</ul><ul>MENU</ul></nav>
<div class="ticker"><ul>RELATED</ul></div>
<div class="grid"><div class="col-main"><div class="story" itemscope itemtype="https://schema.org/Article">
<h1 itemprop="headline">TITLE</h1>
<div class="story-meta"><span class="date">DATE</span> <span class="writer">AUTHOR</span></div>
<div class="social-bar">SHARE</div>
<div class="story-text" itemprop="articleBody">
CONTENT
</div>
</div>
<div class="teasers related-content"><h4>RELATED_TITLE</h4><ul>RELATED</ul></div>
DISCUSSION
</div>
<div class="col-side sidebar"><div class="advertisement">ADVERT</div>NEWSLETTER
<div class="most-read"><ol>RELATED</ol></div></div></div>
<div class="footer footer-links">FOOTER</div>
<div class="overlay">COOKIE</div>
SCRIPTS
</body>""",
    "plain": """<body>
<div class="nav"><a href="/">SITE</a> <ul>MENU</ul></div>
<article>
<h1>TITLE</h1>
<p class="date">DATE, AUTHOR</p>
<section class="post-content">
CONTENT
</section>
</article>
DISCUSSION
<div class="footer">FOOTER</div>
SCRIPTS
</body>""",
}

STYLE = """<style>
body { margin: 0; font: 16px/1.5 serif; color: #222; background: #fdfdfb; }
.menu li, .main-nav li, .mega-menu li { display: inline-block; margin-right: 1em; list-style: none; }
.sidebar, #left, #right, .col-side { float: right; width: 240px; font-size: 14px; }
.advertisement, .ad-slot, .banner { border: 1px solid #ccc; padding: 8px; text-align: center; background: #ffe; }
.cookie-banner { position: fixed; bottom: 0; left: 0; right: 0; background: #333; color: #fff; z-index: 99; }
pre { background: #f4f4f4; padding: 1em; overflow: auto; }
table { border-collapse: collapse; } td, th { border: 1px solid #999; padding: 4px 8px; }
blockquote { border-left: 4px solid #c33; margin-left: 0; padding-left: 1em; font-style: italic; }
@media (max-width: 700px) { .sidebar, #left, #right, .col-side { float: none; width: auto; } }
</style>"""

SCRIPT = """<script>
(function () {
  var queue = window.pageQueue = window.pageQueue || [];
  queue.push({ page: "NUMBER", site: "SITE", started: Date.now() });
  function remember(name, value) { try { localStorage.setItem(name, value); } catch (error) { queue.push(error); } }
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-consent]");
    if (button) { remember("consent", button.dataset.consent); button.parentNode.hidden = true; }
    var menu = event.target.closest(".menu-toggle");
    if (menu) { document.body.classList.toggle("menu-open"); }
  });
  document.querySelectorAll(".ad-slot, .advertisement, .banner").forEach(function (slot, place) {
    slot.dataset.place = place;
    queue.push({ slot: place, visible: slot.getBoundingClientRect().top < window.innerHeight });
  });
})();
</script>
<noscript><img src="/count.gif?page=NUMBER" alt="" width="1" height="1"></noscript>"""
