"""Chinese (simplified): no inflection, no spaces, full-width punctuation."""

from pipeline.quickstart.grammar import Grammar, split_lines, split_words
from pipeline.quickstart.words.language import Interface, Language, Lengths

_RULES = {
    "adj": split_words(
        "旧 新 沉重 古老 狭窄 罕见 普通 奇怪 简单 昂贵 木制 漂亮 安静 巨大 破旧 著名 细长 珍贵 朴素 结实", " "
    ),
    "thing": split_words(
        """桥 花园 钥匙 地图 小船 书 钟楼 磨坊 灯 小提琴 门 梯子 画 机器 篮子 图书馆 炉子 歌曲 盒子 报纸 屋顶
        笔记本 箱子 合同 车站 水井 望远镜 织布机 果树 石碑 面包房 信件 钟表 绳子 仓库 码头""",
        " ",
    ),
    "person": split_words(
        """磨坊主 老师 面包师 船长 商人 木匠 园丁 工程师 铁匠 画家 钟表匠 医生 渔夫 建筑师 记者 邻居
        图书管理员 裁缝 歌手 研究人员 市长 司机 农民 学生 摄影师 导游""",
        " ",
    ),
    "surname": split_words("林 沈 陆 顾 方 孟 秦 尹 白 叶 程 苏 傅 邹 谭 韩", " "),
    "given": split_words(
        "远山 静秋 文博 晓岚 子墨 雨桐 青云 若水 思源 海川 明月 修竹 春和 景行 素心 怀瑾 长风 望舒", " "
    ),
    "name": ("{surname}{given}",),
    "town": split_words(
        "青石镇 白水村 柳河县 云峰市 长桥乡 枫林镇 东海湾 石门村 桃溪镇 望江县 竹山乡 银杏镇 古渡口 南屏村", " "
    ),
    "year": tuple(str(year) for year in range(1785, 2021)),
    "count": (*split_words("三 四 五 六 七 八 九 十 十二 十五 二十 三十", " "), *(str(n) for n in range(13, 99))),
    "month": split_words("一月 二月 三月 四月 五月 六月 七月 八月 九月 十月 十一月 十二月", " "),
    "who": (
        "{person}",
        "那位{person}",
        "{name}",
        "{person}{name}",
        "{town}的{person}",
        "年轻的{person}",
        "一位老{person}",
    ),
    "what": (
        "{adj}的{thing}",
        "那座{adj}的{thing}",
        "{town}的{thing}",
        "{count}件{adj}的{thing}",
        "自己的{thing}",
        "{thing}和{thing}",
        "{place}的{thing}",
    ),
    "verb": split_words(
        """修好了 卖掉了 检查了 描写了 找到了 建造了 买下了 画下了 打开了 保存了 测量了 送出了 更新了 带来了
        展示了 研究了 藏起了 整理了 记录了 搬走了""",
        " ",
    ),
    "do": split_words("修理 出售 检查 描写 寻找 建造 购买 绘制 打开 保存 测量 赠送 更新 展示 研究 整理 记录 搬运", " "),
    "time": split_words(
        """{year}年春天 一个寒冷的早晨 几个星期以后 {count}年之后 天亮之前 夏天快结束的时候 {month}中旬
        漫长的冬天里 中午前后 {year}年秋天 {month}初 雨停以后 战争结束那年 大约{count}年前""",
        " ",
    ),
    "place": split_words(
        """老城边上 教堂后面 {town} 狭小的院子里 河对岸 车站旁边 博物馆的地下室 屋顶下面 山坡上 市场附近
        湖边 里屋 城门口 二楼""",
        " ",
    ),
    "matter": split_words(
        """木材的价格 天气 资金不足 土地的归属 噪音 新的法令 漫长的旅途 边界的争议 游客的人数 春天的洪水""", " "
    ),
    "because": split_words(
        """因为{matter}改变了一切 虽然没有人提出要求 为了让孩子们也能看到 因为没有别的办法
        好像什么也没有发生过 而其他人还在睡觉 直到冰雪融化 尽管{matter}让人担心 但那已经是另一个故事了
        因为{person}早就这样建议过""",
        " ",
    ),
    "prose": split_lines("""
        {time}，{who}在{place}{verb}{what}。
        {who}{verb}{what}，{because}。
        {what}至今还在{place}。
        {town}的人从来没有见过这样的{thing}。
        {who}花了{count}天才{verb}{what}。
        当时大家谈论最多的是{matter}。
        “这是我们自己做的，”{who}说，“不过{thing}还需要{do}。”
        如果想看{what}，就要一大早来到{town}。
        {time}，{what}还放在{place}。
        有了{what}，{who}开始了新的生活。
        {town}有{count}座{thing}，每年还会增加一些。
        {who}想要{do}{what}，可是并不容易。
        可惜的是，{adj}的{thing}已经所剩无几。
        没有人知道{who}是不是真的{verb}{what}。
        这里大部分的{thing}都是{time}留下来的。
        {who}和{who}为了{matter}争论了很久。
        {thing}和墙之间几乎没有空地方了。
        可以{do}{what}，但是最好先问一问。
        {time}，{who}来到{town}，一住就是{count}年。
        如果没有{what}，这个故事就会完全不同。
        {who}还记得{matter}，也记得新鲜面包的香味。
        不过{what}还是留在了{place}，{because}。
        也许{matter}可以说明为什么{thing}这么少。
        {year}年，{who}{verb}最后一批{thing}。
        开始的时候只有{count}个，现在已经超过{count}个了。
        直到{time}，{who}才有机会{do}{what}。
        然后{who}关上门，把{what}留在{place}。
        这就是{who}从来不愿意{do}{what}的原因。
        {thing}旁边挂着一张写给{name}的纸条。
        对{who}来说，{what}比钱更重要。
        {what}是怎么来到{place}的，已经没有人说得清楚。
        “这并不像看上去那么难。”{who}一边说，一边开始{do}{what}。
        至于{who}，他们更喜欢在{place}{do}{thing}。
        {adj}的{thing}用了{count}年，仍然没有坏。
        按照{who}的说法，{matter}才是真正的问题。
    """),
    "headline": ("{who}和{what}", "{town}为什么关心{matter}", "{who}怎样{verb}{what}", "{count}座{thing}的故事"),
    "heading": ("{what}", "{matter}", "{thing}与{thing}", "{name}", "{year}年的{town}"),
    "question": (
        "怎样才能{do}{what}？",
        "有人{do}过{what}吗？",
        "{month}适合{do}{what}吗？",
        "{name}怎么看{matter}？",
        "{what}现在在哪里？",
        "{town}还有多少{thing}？",
        "为什么{thing}这么{adj}？",
    ),
    "item": ("{adj}的{thing}", "{count}件{thing}", "{town}的{thing}"),
    "product": ("{adj}{thing}", "{town}{thing}", "{thing}{count}号"),
}

CHINESE = Language(
    code="zh",
    grammars={"": Grammar.of(_RULES, joiner="")},
    registers=("prose",),
    lengths=Lengths(340, 0.3, 230, 560),
    interface=Interface(
        home="首页",
        sections=("新闻", "文化", "地方", "评论", "档案", "活动", "关于我们", "联系方式"),
        search="搜索",
        log_in="登录",
        subscribe="订阅邮件",
        cookies="本网站使用小型文本文件。继续浏览即表示您同意使用。",
        accept="全部接受",
        related="您可能还喜欢",
        comments="评论",
        reply="回复",
        share="分享",
        advert="广告",
        offers=("花园家具优惠两成", "海边度假正在预订", "新鞋旧价"),
        rights="版权所有。",
        legal=("使用条款", "隐私", "声明", "无障碍"),
        by="作者：",
        more="阅读全文",
        password="密码",
        user="用户名",
        forgot="忘记密码？",
        said="写道",
        ingredients="材料",
        steps="做法",
        price="价格",
        basket="加入购物车",
        answers="回答",
    ),
)
