"""Japanese: particles mark the parts of a sentence, no spaces, full-width punctuation."""

from pipeline.quickstart.grammar import Grammar, split_lines, split_words
from pipeline.quickstart.words.language import Interface, Language, Lengths

_RULES = {
    "adj": split_words(
        "古い 新しい 重い 小さな 大きな 狭い 珍しい 美しい 静かな 高価な 不思議な 丈夫な 有名な 細長い 木の 素朴な", " "
    ),
    "thing": split_words(
        """橋 庭 鍵 地図 小舟 本 時計 水車 ランプ バイオリン 扉 はしご 絵 機械 かご 図書館 かまど 歌 箱 新聞 屋根
        手帳 荷車 契約書 駅 井戸 望遠鏡 織機 りんごの木 石碑 手紙 綱 倉庫 桟橋 帆 道具""",
        " ",
    ),
    "person": split_words(
        """粉屋 先生 パン職人 船長 商人 大工 庭師 技師 鍛冶屋 画家 時計職人 医者 漁師 建築家 記者 隣人 司書
        仕立屋 歌手 研究者 町長 運転手 農夫 学生 写真家 案内人""",
        " ",
    ),
    "surname": split_words("森川 霧島 朝倉 白石 水沢 竹原 星野 小柳 桐生 日向 榊 葛西 羽鳥 三雲", " "),
    "given": split_words("遥 千尋 蒼太 美月 樹 結衣 律 小春 湊 紬 朔 楓 凪 伊織", " "),
    "name": ("{surname}{given}",),
    "town": split_words("青石町 白川村 柳瀬町 雲見市 長橋村 楓台町 東浜町 石門村 桃沢町 望洋町 竹ノ原村 銀杏坂町", " "),
    "year": tuple(str(year) for year in range(1868, 2021)),
    "count": tuple(str(n) for n in range(3, 99)),
    "month": split_words("一月 二月 三月 四月 五月 六月 七月 八月 九月 十月 十一月 十二月", " "),
    "who": (
        "{person}",
        "その{person}",
        "{name}さん",
        "{person}の{name}さん",
        "{town}の{person}",
        "若い{person}",
        "年老いた{person}",
    ),
    "what": (
        "{adj}{thing}",
        "その{adj}{thing}",
        "{town}の{thing}",
        "{adj}{thing}と{thing}",
        "自分の{thing}",
        "{place}の{thing}",
    ),
    "verb": split_words(
        """直しました 売りました 調べました 描きました 見つけました 建てました 買いました 開けました 守りました
        測りました 贈りました 探しました 運びました 見せました 隠しました 整理しました 記録しました""",
        " ",
    ),
    "do": split_words(
        "直す 売る 調べる 描く 見つける 建てる 買う 開ける 守る 測る 贈る 探す 運ぶ 見せる 整理する 記録する", " "
    ),
    "te": split_words(
        "直して 売って 調べて 描いて 見つけて 建てて 買って 開けて 守って 測って 探して 運んで 整理して", " "
    ),
    "time": split_words(
        """{year}年の春 ある寒い朝 数週間後 {count}年後 夜明け前 夏の終わり {month}の半ば 長い冬の間
        昼ごろ {year}年の秋 {month}の初め 雨がやんだあと 今から{count}年ほど前""",
        " ",
    ),
    "place": split_words(
        """旧市街のはずれ 教会の裏 {town} 狭い中庭 川の向こう岸 駅のそば 博物館の地下室 屋根の下 丘の上
        市場の近く 湖のほとり 奥の部屋 城門の前 二階""",
        " ",
    ),
    "matter": split_words(
        "木材の値段 天気 お金の不足 土地の問題 騒音 新しい法律 長い旅 境界の争い 観光客の数 春の洪水", " "
    ),
    "prose": split_lines("""
        {time}、{who}は{place}で{what}を{verb}。
        {who}は{what}を{verb}が、だれも気づきませんでした。
        {what}は今でも{place}にあります。
        {town}の人々は、このような{thing}を見たことがありませんでした。
        {who}が{what}を{do}まで{count}日かかりました。
        当時いちばん話題になったのは{matter}でした。
        「これは自分たちで作りました」と{who}は話しています。
        {what}を見たい人は、朝早く{town}に来なければなりません。
        {time}、{what}はまだ{place}に置かれていました。
        {what}のおかげで、{who}の新しい生活が始まりました。
        {town}には{thing}が{count}あり、毎年少しずつ増えています。
        {who}は{what}を{do}つもりでしたが、簡単ではありませんでした。
        残念ながら、{adj}{thing}はほとんど残っていません。
        {who}が本当に{what}を{verb}かどうかは、もうわかりません。
        ここにある{thing}の多くは、{time}に作られたものです。
        {who}と{who}は、{matter}について長い間話し合いました。
        {thing}と壁の間には、もう場所がありませんでした。
        {what}を{do}こともできますが、先に聞いたほうがよいでしょう。
        {time}、{who}は{town}に来て、{count}年暮らしました。
        {what}がなければ、この話はまったく違うものになっていたでしょう。
        {who}は、{matter}と焼きたてのパンのにおいをよく覚えています。
        それでも{what}は{place}に残りました。
        {matter}のために、{thing}はこれほど少ないのかもしれません。
        {year}年に、{who}は最後の{thing}を{verb}。
        はじめは{count}だけでしたが、今では{count}を超えています。
        {time}になって、{who}はようやく{what}を{do}ことができました。
        それから{who}は扉を閉めて、{what}を{place}に残しました。
        だから{who}は、{what}を{do}ことを好みませんでした。
        {thing}のそばには、{name}さんあての紙がかかっていました。
        {who}にとって、{what}はお金よりも大切でした。
        {what}がどうして{place}にあるのか、だれも知りません。
        「見た目ほど難しくはありません」と言って、{who}は{what}を{verb}。
        {who}は{thing}を{te}、{thing}を{te}、それから家に帰りました。
        {what}は{count}年も使われましたが、まだこわれていません。
        {who}によれば、本当の問題は{matter}だそうです。
    """),
    "headline": ("{who}と{what}", "{town}の{what}", "{matter}と{thing}", "{thing}を{do}人々", "{count}の{thing}の物語"),
    "heading": ("{what}", "{matter}", "{thing}と{thing}", "{name}さん", "{year}年の{town}"),
    "question": (
        "{what}を{do}にはどうすればよいですか？",
        "{what}を{do}人はいますか？",
        "{what}は今どこにありますか？",
        "{matter}をどう思いますか？",
        "{town}に{thing}はいくつありますか？",
    ),
    "item": ("{adj}{thing}", "{thing}{count}個", "{town}の{thing}"),
    "product": ("{adj}{thing}", "{town}の{thing}", "{thing}{count}号"),
}

JAPANESE = Language(
    code="ja",
    grammars={"": Grammar.of(_RULES, joiner="")},
    registers=("prose",),
    lengths=Lengths(340, 0.3, 230, 560),
    interface=Interface(
        home="ホーム",
        sections=("ニュース", "文化", "地域", "意見", "資料室", "催し", "私たちについて", "お問い合わせ"),
        search="検索",
        log_in="ログイン",
        subscribe="お知らせを受け取る",
        cookies="このサイトはクッキーを使います。続けて見ることで同意したものとみなします。",
        accept="すべて同意する",
        related="こちらもどうぞ",
        comments="コメント",
        reply="返信",
        share="共有する",
        advert="広告",
        offers=("庭の家具が二割引き", "海辺の休日", "新しい靴を昔の値段で"),
        rights="無断転載を禁じます。",
        legal=("利用規約", "個人情報", "運営者", "使いやすさ"),
        by="文：",
        more="続きを読む",
        password="パスワード",
        user="利用者名",
        forgot="パスワードを忘れた方",
        said="さんの投稿",
        ingredients="材料",
        steps="作り方",
        price="価格",
        basket="かごに入れる",
        answers="回答",
    ),
)
