"""English sentence rules of pages that only sell: what search engines are baited with, and what shops say of goods."""

from pipeline.quickstart.grammar import split_lines

PITCH = split_lines("""
    Looking for the {praise} {thing} deals of {year}?
    Click the link below and claim your {deal} on every {thing} before it expires.
    {brand} is the {praise} brand that {buyers} trust with their {things}.
    Our experts compared {count} {praise} {things} so that you get {perk}.
    Buy now, pay later and enjoy {perk} on all orders.
    Use the {deal} at the checkout to save {percent} per cent on your first {thing}.
    This review contains affiliate links, which means that we earn a commission.
    Thousands of happy {buyers} already ordered the {praise} {brand} {thing} {channel}.
    Hurry, because the {deal} is only valid while stocks last.
    Sign up for our newsletter and unlock a {deal} worth {percent} dollars.
    The {brand} {thing} comes with {perk} and {perk}.
    Best of all, {buyers} who order today qualify for {perk}.
    What makes the {brand} {thing} the number one choice for {buyers}?
    Compare prices {channel} and find the {praise} {thing} that fits your budget.
    With {percent} per cent off, the {brand} {thing} is a must have for {year}.
    Read our {praise} buying guide to the top {count} {things} on the market.
    Limited offer: get the {deal} for the {brand} {thing} {channel}.
    We only recommend {praise} products that our team of reviewers loves.
    Order {channel} to receive {perk} at no extra cost.
    If you want a {praise} {thing} without breaking the bank, choose {brand}.
    Pros of the {brand} {thing} include {perk}, a {praise} design and great value for money.
    Cons are hard to find, but {buyers} wish that the {deal} lasted longer.
    Don't miss this {deal}, since prices for {praise} {things} go up soon.
    Every {thing} in the {brand} range is in stock and ships within {count} hours.
    Add the {brand} {thing} to your cart and let the {deal} do the rest.
    Customers rated the {praise} {brand} {thing} five stars for quality and service.
    Our verdict: the {brand} {thing} offers unbeatable value with {perk}.
    Frequently asked: is the {brand} {thing} worth the money, and where can I buy it cheap?
    Yes, the {deal} works on sale items and on {praise} bundles.
    Subscribe and save up to {percent} per cent on {things} with {perk}.
    Check the latest price {channel}, as our {deal} changes daily.
    {brand} and {brand} are the leading sellers of {praise} {things} online.
    For a {praise} experience, upgrade to the {brand} premium {thing} today.
    Affordable financing and {perk} make the {brand} {thing} easy to own.
    Grab your {praise} {thing} at the lowest price and get {perk}.
    Shop the sale {channel} and see why {buyers} love {brand}.
    This {praise} bundle includes a {thing}, a gift card and {perk}.
    Free samples of the {brand} {thing} are available to new {buyers}.
    Search no more for a cheap {thing}, because {brand} beats every price.
    Get an instant quote for {praise} {things} without obligation.
    Top sellers, hot offers and a {deal}: that is what {brand} stands for.
    Terms apply, see the {brand} website for details of the {deal}.
""")

BLURB = split_lines("""
    Brand new {brand} {thing}, {praise} quality, with {perk}.
    In stock: {praise} {things} by {brand} from {percent} dollars.
    Item ships in original packaging with {perk}.
    Available sizes are small, medium, large and extra large.
    {buyers} who bought this {thing} also bought the {brand} {thing}.
    Model {count} of the {brand} series, colour and finish may vary.
    Was {percent} dollars, now reduced thanks to our {deal}.
    Suitable as a gift for {buyers} of every age.
    The {thing} is dishwasher safe, lightweight and {praise}.
    Sold by {brand} and fulfilled from our warehouse with {perk}.
    Set of {count} {praise} {things} in a gift box.
    Rated by {count} {buyers} with an average of five stars.
    Product code and barcode are printed on the label of the {thing}.
    Please allow {count} working days for delivery of your {thing}.
    Payment by credit card, bank transfer or {deal}.
    Wholesale prices for {things} are available to registered {buyers}.
    The {brand} {thing} has a {praise} coating and a two year warranty.
    Batteries for the {thing} are not included in the {deal}.
    Add a second {brand} {thing} for half the price {channel}.
    Returns are accepted within {count} days if the {thing} is unopened.
    Official {brand} dealer with {perk} and secure checkout.
    Condition of the {thing}: new, unused, in sealed {brand} packaging.
    Our {praise} {things} are tested, certified and ready to ship.
    Price per {thing} drops when you order {count} or more.
    Colour options for this {thing} include black, silver and rose gold.
    View the full range of {brand} {things} {channel}.
    Includes one {brand} {thing}, one manual and {perk}.
    Clearance: {praise} {things} must go, {deal} inside.
    Quantity discounts and {perk} apply automatically in your cart.
    The {praise} {brand} {thing} measures {count} by {count} inches.
    Refurbished {things} carry the {brand} seal and a {deal}.
    Pre order the {year} edition of the {brand} {thing} {channel}.
    Ask our sales team about {praise} {things} for your business.
    Compatible with all {brand} {things} and accessories sold {channel}.
    Bundle price for {thing} and {thing} from {percent} dollars with {perk}.
    Our warehouse ships {praise} {things} to {town} every day.
    No hidden fees, {perk}, and a {deal} for returning {buyers}.
    Material of the {thing}: stainless steel, cotton blend or recycled plastic.
    Weight of the {brand} {thing} is {count} ounces with packaging.
    Bestseller: the {thing} by {brand} that {buyers} order again and again.
""")

SALES_TERMS = {
    "brand": "Zentrova, Maxilux, Provanta, Qualifix, Dealora, Trendimo, Ultravia, Nexolite, Primedeck, Savello, "
    "Bestonia, Gadgetry Plus, Valuemont, Shoprise, Veloxia, Homezilla, Luxavo, Smartique",
    "praise": "premium, exclusive, top rated, certified, award winning, risk free, affordable, unbeatable, "
    "best selling, high quality, discounted, cheap, trending, luxury, five star, budget friendly, guaranteed",
    "deal": "discount, voucher, coupon code, promo code, flash sale, cashback bonus, free trial, special offer, "
    "loyalty bonus, mega deal, clearance offer, rebate",
    "buyers": "shoppers, customers, bargain hunters, subscribers, online buyers, members, clients, deal seekers, "
    "verified buyers",
    "channel": "on the official website, in our online store, through the link below, with one click, in our app, "
    "on our deals page, at the checkout, via our partner shops",
    "perk": "free shipping, free returns, next day delivery, a money back guarantee, a lifetime warranty, "
    "interest free payment, round the clock support, a free gift, express shipping, a bonus subscription, "
    "price match protection, instant access, free installation",
    "percent": "15, 20, 25, 30, 35, 40, 45, 50, 60, 70, 75, 80",
}
"""Symbol -> terms, as lists with commas."""
